import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Runtimes that take a bundle, each with the import conditions that it, or its bundler, resolves by. */
const conditions = {
  bun: ['bun', 'node'],
  deno: ['deno', 'node'],
  workerd: ['workerd', 'worker', 'browser'],
} as const;

/** One program in one file. */
export interface Bundle {
  readonly path: string;
  /** Which implementations of `#crypto` are in it: `node`, `web`. */
  readonly crypto: readonly string[];
}

/** Bundles an entry of this folder from the packages' sources, for a runtime, into a folder. */
export async function bundle(
  entry: string,
  runtime: keyof typeof conditions,
  folder: string,
): Promise<Bundle> {
  const path = join(folder, `${basename(entry, '.ts')}.mjs`);
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile: path,
    bundle: true,
    format: 'esm',
    metafile: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@countersign/source', ...conditions[runtime]],
    // Not on workerd: there nothing may import them.
    external: runtime === 'workerd' ? [] : ['node:*'],
  });
  const implementation = /packages\/core\/src\/crypto\/(node|web)\.ts$/;
  return {
    path,
    crypto: Object.keys(metafile.inputs).flatMap((input) => implementation.exec(input)?.[1] ?? []),
  };
}
