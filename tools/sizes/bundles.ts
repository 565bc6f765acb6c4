import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { publishedPackages, root, type WorkspacePackage } from '../workspace.js';
import type { Figure, FigureGroup } from './figure.js';

const KIBIBYTE = 1024;
const RECEIVE_GOAL = 6 * KIBIBYTE;
const PROVIDER_GOAL = KIBIBYTE;

/** Every package is installed in the folder of the workspace's tests: there the programs resolve their imports. */
const resolveDir = join(root, 'test');

/** As Wrangler bundles a Worker. */
const worker: BuildOptions = { conditions: ['workerd', 'worker', 'browser'], platform: 'browser' };

/** A program whose bundle is measured. */
interface Program {
  readonly name: string;
  readonly code: string;
  readonly external: readonly string[];
  readonly options: BuildOptions;
  readonly goal?: number;
}

/** A bundle with the modules that it is made of. */
export interface Bundle {
  readonly gzippedBytes: number;
  readonly minifiedBytes: number;
  readonly inputs: Metafile['outputs'][string]['inputs'];
}

const github = "import { github } from '@countersign/core/providers/github';";

/** The programs that stand for what users write. */
const programs: readonly Program[] = [
  honoReceiver('receive with Hono, github', github, 'provider: github, replay: memoryReplayStore()'),
  honoReceiver('receive with Hono, default provider', '', ''),
  {
    name: 'receive with fetch, default provider',
    code: `import { createReceiver } from '@countersign/core';
      const receiver = createReceiver({ secrets: () => globalThis.SECRET }).on('*', () => {});
      export default { fetch: receiver.fetch };`,
    external: [],
    options: worker,
  },
  exportsOf('verify only', 'createVerifier'),
  exportsOf('sign only', 'sign'),
];

function honoReceiver(name: string, imports: string, options: string): Program {
  return {
    name,
    code: `import { createReceiver, memoryReplayStore } from '@countersign/core';
      import { webhookHandler } from '@countersign/hono';
      import { Hono } from 'hono';
      ${imports}
      const receiver = createReceiver({ secrets: () => globalThis.SECRET, ${options} }).on('*', () => {});
      export default new Hono().post('/webhooks', webhookHandler(receiver));`,
    external: ['hono'],
    options: worker,
    goal: RECEIVE_GOAL,
  };
}

function exportsOf(name: string, exported: string): Program {
  return { name, code: `export { ${exported} } from '@countersign/core';`, external: [], options: worker };
}

/** Bundles of what users write, of what one provider more adds, and of the adapters by themselves. */
export async function measureBundles(): Promise<FigureGroup> {
  return {
    title: 'Bundles',
    about:
      'Bytes, minified by esbuild and gzipped, bundled as for a Worker (frameworks not included; adapters without core). `+ provider` is what one provider more adds to a receiver that has another one.',
    slackBytes: 100,
    figures: [...(await Promise.all(allPrograms().map(measured))), ...(await measureProviders())],
  };
}

/** The bundles whose names contain a text, with what they are made of. */
export async function bundlesNamed(part: string): Promise<ReadonlyMap<string, Bundle>> {
  const providers = providerPairs().map(({ name, both }) => ({ ...both, name }));
  const named = [...allPrograms(), ...providers].filter(({ name }) => name.includes(part));
  const bundles = named.map(async (program) => [program.name, await bundleOf(program)] as const);
  return new Map(await Promise.all(bundles));
}

function allPrograms(): readonly Program[] {
  return [...programs, ...publishedPackages().filter(isAdapter).map(adapterAlone)];
}

function isAdapter({ manifest }: WorkspacePackage): boolean {
  return Object.keys(manifest.peerDependencies ?? {}).some((name) => !/^(@countersign\/.*|zod)$/.test(name));
}

function adapterAlone({ manifest: { name, dependencies, peerDependencies } }: WorkspacePackage): Program {
  return {
    name: `${name} alone`,
    code: `export * from '${name}';`,
    external: Object.keys({ ...dependencies, ...peerDependencies }),
    options: { platform: 'node' },
  };
}

async function measured(program: Program): Promise<Figure> {
  const { gzippedBytes, minifiedBytes } = await bundleOf(program);
  const note = `${minifiedBytes.toLocaleString('en-US')} minified`;
  return { name: program.name, unit: 'bytes', value: gzippedBytes, goal: program.goal, note };
}

async function measureProviders(): Promise<readonly Figure[]> {
  return Promise.all(
    providerPairs().map(async ({ name, one, both }) => {
      const value = (await bundleOf(both)).gzippedBytes - (await bundleOf(one)).gzippedBytes;
      return { name, unit: 'bytes', value, goal: PROVIDER_GOAL } as const;
    }),
  );
}

/** A receiver with one provider, and with the named one beside it. */
interface ProviderPair {
  readonly name: string;
  readonly one: Program;
  readonly both: Program;
}

function providerPairs(): readonly ProviderPair[] {
  const core = publishedPackages().find(({ manifest }) => manifest.name === '@countersign/core');
  const paths = Object.keys(core?.manifest.exports ?? {}).filter((path) => path.startsWith('./providers/'));
  return paths.map((path) => {
    const other = `@countersign/core/providers/${path.endsWith('/github') ? 'stripe' : 'github'}`;
    return {
      name: `+ ${path.slice('./providers/'.length)}`,
      one: receiverOf([other]),
      both: receiverOf([other, path.replace('.', '@countersign/core')]),
    };
  });
}

function receiverOf(providers: readonly string[]): Program {
  const exports = providers.map((entry) => `export * from '${entry}';`).join('\n');
  const code = `export { createReceiver } from '@countersign/core';\n${exports}`;
  return { name: '', code, external: [], options: worker };
}

async function bundleOf({ code, external, options }: Program): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...options,
    stdin: { contents: code, resolveDir },
    external: external.flatMap((name) => [name, `${name}/*`]),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (file === undefined || output === undefined) throw new Error('esbuild wrote nothing');
  return {
    gzippedBytes: gzipSync(file.contents, { level: 9 }).length,
    minifiedBytes: file.contents.length,
    inputs: output.inputs,
  };
}
