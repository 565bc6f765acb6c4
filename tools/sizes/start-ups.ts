import { join } from 'node:path';
import { mustRun } from '../run.js';
import { publishedPackages, root } from '../workspace.js';
import type { Figure, FigureGroup } from './figure.js';

const RUNS = 5;
const bridges = ['@countersign/core/fetch', '@countersign/core/node'];

/** Says how long an import takes. */
const timed = `
const startMs = performance.now();
await import(process.argv[1]);
console.log(performance.now() - startMs);
`;

/** Says what an import loads. What frameworks load is theirs: modules of packages that are not ours are left out. */
const counted = `
import { registerHooks } from 'node:module';
const loaded = { modules: 0, bytes: 0 };
registerHooks({
  load(url, context, nextLoad) {
    const result = nextLoad(url, context);
    if (url.startsWith('file:') && !url.includes('/node_modules/')) {
      loaded.modules += 1;
      loaded.bytes += Buffer.byteLength(result.source ?? '');
    }
    return result;
  },
});
await import(process.argv[1]);
console.log(JSON.stringify(loaded));
`;

/** What Node.js loads to import a package. */
export async function measureStartUps(): Promise<FigureGroup> {
  const entries = [...publishedPackages().map(({ manifest }) => manifest.name), ...bridges].sort();
  const figures: Figure[] = [];
  // One after the other: two at once would measure each other.
  for (const entry of entries) figures.push(...(await measureStartUp(entry)));
  return {
    title: 'Start-up',
    about:
      'What Node.js loads to import an entry: our modules and the bytes of their source. The time is a median of 5 fresh processes, shown and not judged; it has what a framework loads in it.',
    slackBytes: 1000,
    figures,
  };
}

async function measureStartUp(entry: string): Promise<readonly Figure[]> {
  const loaded: { readonly modules: number; readonly bytes: number } = JSON.parse(
    await fresh(counted, entry),
  );
  const timesMs: number[] = [];
  for (let times = 0; times < RUNS; times += 1) timesMs.push(Number(await fresh(timed, entry)));
  const medianMs = timesMs.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
  return [
    { name: `import ${entry}`, unit: 'bytes', value: loaded.bytes, note: `${medianMs.toFixed(1)} ms` },
    { name: `import ${entry}, modules`, unit: 'modules', value: loaded.modules },
  ];
}

/** What a program prints in a process of its own. */
function fresh(program: string, entry: string): Promise<string> {
  const args = ['--input-type=module', '--eval', program, entry];
  return mustRun(process.execPath, args, { cwd: join(root, 'test'), env: withoutLoaders() });
}

/** Nothing that this process was started with, such as tsx, may load in those that are measured. */
function withoutLoaders(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return env;
}
