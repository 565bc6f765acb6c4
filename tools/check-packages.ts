/**
 * Checks what the packages publish, on their packed tarballs: publint, attw, `import` and `require` of every
 * entry on every Node of the PATH, and the declarations in a project without @types/node. Run after `build`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Entries whose declarations need @types/node, because their users have it anyway. */
const entriesWithNodeTypes = new Set(['@countersign/core/node', '@countersign/express']);

const root = resolve(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const consumer = mkdtempSync(join(tmpdir(), 'countersign-packages-'));

/** Runs one check and says how it ended; a failed one shows its output and fails the run. */
function check(what: string, command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: consumer, encoding: 'utf8' });
  if (status === 0) {
    console.log(`ok      ${what}`);
  } else {
    console.error(`failed  ${what}\n${stdout}${stderr}`);
    process.exitCode = 1;
  }
}

/** Installs a package as its users get it: the unpacked tarball, beside the dependencies it declares. */
function install(directory: string, manifest: Manifest): string {
  const archives = join(consumer, 'archives', manifest.name);
  mkdirSync(archives, { recursive: true });
  execFileSync('pnpm', ['pack', '--pack-destination', archives], { cwd: directory, stdio: 'pipe' });
  const tarball = join(archives, readdirSync(archives)[0] ?? 'no-tarball.tgz');
  const target = join(consumer, 'node_modules', manifest.name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', target]);
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const link = join(consumer, 'node_modules', name);
    if (name.startsWith('@countersign/') || existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(directory, 'node_modules', name), link);
  }
  return tarball;
}

function entriesOf({ name, exports }: Manifest): readonly string[] {
  const wildcards = Object.keys(exports).filter((subpath) => subpath.includes('*'));
  if (wildcards.length > 0) throw new Error(`${name}: name the subpaths instead of ${wildcards.join(', ')}`);
  return Object.keys(exports).map((subpath) => `${name}${subpath.slice(1)}`);
}

/** The Node that runs this, and those that stand on the PATH outside of the workspace. */
function nodes(): readonly string[] {
  const outside = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => !directory.includes('node_modules'))
    .map((directory) => join(directory, 'node'))
    .find((path) => existsSync(path));
  return outside === undefined ? [process.execPath] : [process.execPath, outside];
}

function checkLoading(entries: readonly string[]): void {
  const script = join(consumer, 'load.cjs');
  writeFileSync(
    script,
    `const load = async (entry) => {
      const required = Object.keys(require(entry)), imported = Object.keys(await import(entry));
      const missing = imported.filter((name) => !required.includes(name));
      if (imported.length === 0 || missing.length > 0) throw new Error(entry + ' lacks ' + (missing.join() || 'exports'));
    };
    (async () => { for (const entry of ${JSON.stringify(entries)}) await load(entry); })();`,
  );
  for (const node of nodes()) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    check(`require and import of ${entries.length} entries on ${version}`, node, [script]);
  }
}

function checkDeclarations(entries: readonly string[]): void {
  const imports = entries.filter((entry) => !entriesWithNodeTypes.has(entry));
  writeFileSync(
    join(consumer, 'consumer.ts'),
    imports
      .map((entry, index) => `import * as entry${index} from '${entry}';\nexport { entry${index} };\n`)
      .join(''),
  );
  const tsc = join(root, 'node_modules/typescript-7/bin/tsc');
  for (const module of ['nodenext', 'preserve']) {
    const target = ['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--module', module];
    const what = `declarations of ${imports.length} entries without @types/node, module ${module}`;
    check(what, process.execPath, [tsc, '--noEmit', '--strict', ...target, 'consumer.ts']);
  }
}

try {
  const entries: string[] = [];
  for (const folder of readdirSync(join(root, 'packages'))) {
    const directory = join(root, 'packages', folder);
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
    if (manifest.private === true) continue;
    entries.push(...entriesOf(manifest));
    const tarball = install(directory, manifest);
    check(`publint ${manifest.name}`, bin('publint'), ['run', '--strict', tarball]);
    check(`attw ${manifest.name}`, bin('attw'), ['--profile', 'esm-only', '--no-emoji', tarball]);
  }
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
  checkLoading(entries);
  checkDeclarations(entries);
} finally {
  rmSync(consumer, { recursive: true });
}
