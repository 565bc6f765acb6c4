import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../packages/core/package.json' with { type: 'json' };
import { binary, execute } from './execute.js';
import { temporaryFolder } from './test-runtime.js';

// The package's own conditions over files that only say which one they are: no build is needed, and what is
// tried is how runtimes and bundlers resolve, not what the files do.
const folder = temporaryFolder();

beforeAll(async () => {
  const { imports } = manifest;
  await writeFile(join(folder(), 'package.json'), JSON.stringify({ type: 'module', imports }));
  await writeFile(join(folder(), 'main.js'), "import { name } from '#crypto';\nconsole.log(name);\n");
  for (const [directory, extension] of [
    ['dist', 'js'],
    ['src', 'ts'],
  ] as const) {
    await mkdir(join(folder(), directory, 'crypto'), { recursive: true });
    for (const name of ['node', 'web']) {
      const path = join(folder(), directory, 'crypto', `${name}.${extension}`);
      await writeFile(path, `export const name = '${directory}/${name}';\n`);
    }
  }
});

describe('#crypto as it is published', () => {
  test.each([
    ['node', process.execPath, []],
    ['bun', binary('bun'), ['run']],
    ['deno', binary('deno'), ['run', '--allow-all']],
  ] as const)('is node:crypto on %s', async (_name, command, args) => {
    const { output, errors } = await execute(command, [...args, 'main.js'], folder());
    expect(output.trim(), errors).toBe('dist/node');
  });

  test.each([
    ['workerd', 'dist/web'],
    ['edge-light', 'dist/web'],
    ['browser', 'dist/web'],
    ['a runtime of no known name', 'dist/web'],
    ['node', 'dist/node'],
    ['bun', 'dist/node'],
    ['deno', 'dist/node'],
  ])('is bundled for %s as %s', async (condition, expected) => {
    expect(await bundled([condition])).toContain(`"${expected}"`);
  });

  test.each(['workerd', 'edge-light', 'browser'])(
    'is WebCrypto on %s though it calls itself node, too',
    async (condition) => {
      expect(await bundled([condition, 'node'])).toContain('"dist/web"');
    },
  );
});

describe('#crypto in this workspace', () => {
  test.each([
    ['node', 'src/node'],
    ['bun', 'src/node'],
    ['deno', 'src/node'],
    ['workerd', 'src/web'],
    ['edge-light', 'src/web'],
    ['browser', 'src/web'],
  ])('is a source for %s, %s', async (condition, expected) => {
    expect(await bundled(['@countersign/source', condition])).toContain(`"${expected}"`);
  });
});

async function bundled(conditions: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: folder(),
    entryPoints: ['main.js'],
    bundle: true,
    write: false,
    platform: 'neutral',
    conditions: [...conditions],
  });
  return outputFiles[0]?.text ?? '';
}
