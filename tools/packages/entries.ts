import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { entriesOf, root } from '../workspace.js';
import { check } from './check.js';
import type { PackedPackage } from './pack.js';

/** Entries whose declarations need @types/node, because their users have it anyway. */
const entriesWithNodeTypes = new Set([
  '@countersign/core/node',
  '@countersign/express',
  '@countersign/fastify',
  '@countersign/nextjs',
]);

/** Entries that need a newer Node than their package does, as `engines` would say it: for `node:sqlite`. */
const entriesOfNewerNode: Readonly<Record<string, string>> = { '@countersign/core/sqlite': '>=22.13' };

/** `import` and `require` of every entry, on every Node of the PATH that its package is for. */
export async function checkLoading(
  project: string,
  where: string,
  packages: readonly PackedPackage[],
): Promise<void> {
  const script = join(project, 'load.cjs');
  writeFileSync(
    script,
    `const load = async (entry) => {
      const required = Object.keys(require(entry)), imported = Object.keys(await import(entry));
      const missing = imported.filter((name) => !required.includes(name));
      if (imported.length === 0 || missing.length > 0) throw new Error(entry + ' lacks ' + (missing.join() || 'exports'));
    };
    (async () => { for (const entry of process.argv.slice(2)) await load(entry); })();`,
  );
  for (const node of nodes()) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    const entries = packages.flatMap(({ manifest }) =>
      entriesOf(manifest).filter((entry) =>
        runsOn(entry, entriesOfNewerNode[entry] ?? manifest.engines?.node, version),
      ),
    );
    const what = `${where}: require and import of ${entries.length} entries on ${version}`;
    await check(what, node, [script, ...entries], { cwd: project });
  }
}

/** Whether `engines` of a package, which here is `>=` and a version, lets an entry run on a Node. */
function runsOn(entry: string, engines: string | undefined, version: string): boolean {
  const least = /^>=(\d+)\.(\d+)$/.exec(engines ?? '');
  if (least === null) throw new Error(`${entry}: \`engines.node\` must be such as >=20.19`);
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  return major > Number(least[1]) || (major === Number(least[1]) && minor >= Number(least[2]));
}

/** Declarations of what needs no Node, in a project without @types/node, none of them skipped. */
export async function checkDeclarations(project: string, entries: readonly string[]): Promise<void> {
  const imports = entries.filter((entry) => !entriesWithNodeTypes.has(entry));
  const write = (file: string, importOf: (name: string, entry: string) => string): void =>
    writeFileSync(
      join(project, file),
      imports
        .map((entry, index) => `${importOf(`entry${index}`, entry)}\nexport { entry${index} };\n`)
        .join(''),
    );
  write('consumer.ts', (name, entry) => `import * as ${name} from '${entry}';`);
  write('consumer.cts', (name, entry) => `import ${name} = require('${entry}');`);
  const tsc = join(root, 'node_modules/typescript-7/bin/tsc');
  for (const [module, files] of [
    ['nodenext', ['consumer.ts', 'consumer.cts']],
    ['preserve', ['consumer.ts']],
  ] as const) {
    const target = ['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--module', module];
    const what = `declarations of ${imports.length} entries without @types/node, module ${module}`;
    const args = [tsc, '--noEmit', '--strict', ...target, ...files];
    await check(what, process.execPath, args, { cwd: project });
  }
}

/** The Node that runs this, and the one that stands on the PATH outside of the workspace. */
function nodes(): readonly string[] {
  const outside = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => !directory.includes('node_modules'))
    .map((directory) => join(directory, 'node'))
    .find((path) => existsSync(path));
  return outside === undefined ? [process.execPath] : [process.execPath, outside];
}
