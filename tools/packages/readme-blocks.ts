import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks } from '../docs/code-blocks.js';
import { root } from '../workspace.js';
import { check } from './check.js';
import type { InstalledProject } from './projects.js';

const pages = ['README.md', 'packages/*/README.md'];

/** How TypeScript projects resolve packages: as Node.js does, or as bundlers do. */
const resolutions = {
  nodenext: { module: 'nodenext' },
  bundler: { module: 'preserve', moduleResolution: 'bundler' },
};
/** Where a manager puts packages is the same for every compiler: one of them looks at the second layout. */
const compilers = {
  npm: { 'TypeScript 6': 'typescript', 'TypeScript 7': 'typescript-7' },
  pnpm: { 'TypeScript 7': 'typescript-7' },
};

/** Type-checks the ```ts blocks of the packages' pages where their readers have them: in a project of their own. */
export async function checkReadmeBlocks({ manager, directory }: InstalledProject): Promise<void> {
  const count = writeBlocks(directory);
  for (const [resolution, options] of Object.entries(resolutions)) {
    const config = `tsconfig.${resolution}.json`;
    const compilerOptions = { target: 'es2023', ...options, strict: true, noEmit: true, types: ['node'] };
    const tsconfig = {
      compilerOptions: { ...compilerOptions, moduleDetection: 'force', skipLibCheck: true },
      include: ['blocks'],
    };
    writeFileSync(join(directory, config), JSON.stringify(tsconfig));
    for (const [compiler, name] of Object.entries(compilers[manager])) {
      const args = [join(root, 'node_modules', name, 'bin/tsc'), '-p', config];
      const what = `${manager}: ${count} blocks of the READMEs, ${resolution}, ${compiler}`;
      await check(what, process.execPath, args, { cwd: directory });
    }
  }
}

/** Each block on the lines where it stands in its page, so that errors lead there. */
function writeBlocks(directory: string): number {
  const folder = join(directory, 'blocks');
  mkdirSync(folder);
  const blocks = globSync(pages, { cwd: root }).flatMap((page) => codeBlocks(page));
  for (const [index, { page, code }] of blocks.entries()) {
    writeFileSync(join(folder, `${page.replaceAll(/[/\\]/g, '--')}--${index}.ts`), code);
  }
  return blocks.length;
}
