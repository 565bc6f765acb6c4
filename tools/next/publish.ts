import { cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { mustRun } from '../run.js';

const root = resolve(import.meta.dirname, '../..');

/** Puts a package into the `node_modules` of a folder as its tarball would be there, made from its sources. */
export async function publish(from: string, directory: string, types: boolean): Promise<void> {
  // Not made in its place: TypeScript does not take files in `node_modules` for sources.
  const made = join(directory, '.publish');
  cpSync(join(from, 'src'), join(made, 'src'), { recursive: true });
  const manifest: unknown = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'), (key, value) =>
    // Tests of this workspace set it, and there are no sources in a tarball.
    key === '@countersign/source' ? undefined : value,
  );
  writeFileSync(join(made, 'package.json'), JSON.stringify(manifest));
  await build({
    entryPoints: globSync(join(made, 'src/**/*.ts')),
    outdir: join(made, 'dist'),
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  if (types) {
    const config = { extends: join(root, 'tools/tsconfig.build.json') };
    writeFileSync(join(made, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript-7/bin/tsc');
    await mustRun(process.execPath, [tsc, '-p', made], { cwd: made });
  }
  rmSync(join(made, 'src'), { recursive: true });
  const to = join(directory, 'node_modules/@countersign', basename(from));
  mkdirSync(dirname(to), { recursive: true });
  renameSync(made, to);
}
