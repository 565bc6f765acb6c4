// What may import what. The order of core's folders is the order of the receive path in the design:
// each folder imports only from itself and from the folders above it.
const coreFolders = [
  'errors',
  'bytes',
  'time',
  'request',
  'bridges',
  'crypto',
  'scheme',
  'keys',
  'envelope',
  'provider',
  'sign',
  'verify',
  'replay',
  'events',
  'inbox',
  'receiver',
  'running',
  'sqlite',
  'providers',
  'catalogs',
];
const core = '^packages/core/src';

// The order of the sender's folders is the way of an event; the stores, which implement a port, come last.
const senderFolders = [
  'errors',
  'time',
  'ports',
  'ids',
  'record',
  'observe',
  'transport',
  'endpoint',
  'event',
  'routing',
  'attempt',
  'lane',
  'worker',
  'delivery',
  'memory',
  'sqlite',
];

const layersOf = (name, folders) => {
  const source = `^packages/${name}/src`;
  const known = folders.map((folder, index) => ({
    name: `${name}-layers-${folder}`,
    comment: `${folder}/ may import only from: ${[...folders.slice(0, index), folder].join(', ')}.`,
    severity: 'error',
    from: { path: `${source}/${folder}/` },
    to: { path: `${source}/`, pathNot: `${source}/(${folders.slice(0, index + 1).join('|')})/` },
  }));
  const unknown = {
    name: `${name}-layers-known`,
    comment: `A new folder of ${name} needs its place in the order above.`,
    severity: 'error',
    from: { path: `${source}/[^/]+/`, pathNot: `${source}/(${folders.join('|')})/` },
    to: {},
  };
  return [...known, unknown];
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layersOf('core', coreFolders),
    ...layersOf('sender', senderFolders),
    {
      name: 'core-crypto-port',
      comment: 'Cryptography enters through #crypto, from keys/ downwards.',
      severity: 'error',
      from: { path: `${core}/(${coreFolders.slice(0, coreFolders.indexOf('keys')).join('|')})/` },
      to: { dependencyTypes: ['aliased-subpath-import'] },
    },
    {
      name: 'core-crypto-by-condition',
      comment: 'Which implementation runs is decided by the #crypto import condition alone.',
      severity: 'error',
      from: { path: `${core}/`, pathNot: `${core}/crypto/` },
      to: { path: `${core}/crypto/(node|web)`, dependencyTypesNot: ['aliased-subpath-import'] },
    },
    {
      name: 'core-runs-everywhere',
      comment:
        'Node built-ins stay in the Node bridge, the Node crypto and the SQLite stores: the rest runs on any runtime.',
      severity: 'error',
      from: { path: `${core}/`, pathNot: `${core}/(bridges/node|crypto/node|sqlite/)` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-by-name',
      comment: 'Another package is imported by its name, through its exports.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: {
        path: '^(packages|test|examples|tools)/',
        pathNot: '^packages/$1/src/',
        dependencyTypes: ['local'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['@countersign/source', 'node', 'import', 'types', 'default'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
};
