import { createHash } from 'node:crypto';
import {
  cpSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { once } from './once.js';
import { publish } from './publish.js';
import { run } from './run.js';

const root = resolve(import.meta.dirname, '../..');
const builds = join(import.meta.dirname, '.builds');
const KEPT_MS = 3600 * 1000;

/** What Node runs as the `next` of the command line. */
export const nextCommand = createRequire(import.meta.url).resolve('next/dist/bin/next');

/** How an application is built. */
export interface BuildOptions {
  /** Whether the packages have declarations, for an application that Next.js type-checks; default false. */
  readonly types?: boolean;
}

/**
 * Builds a Next.js application of this workspace on the packages as they are published, made from their
 * sources: it needs no build before, and gets nothing from one. Resolves to the folder of the result, which is
 * shared by all who ask for the same files.
 */
export async function builtApp(source: string, { types = false }: BuildOptions = {}): Promise<string> {
  const app = join(root, source);
  const directory = join(builds, `${basename(source)}-${fingerprint(app)}`);
  await once(directory, async () => {
    removeOldBuilds();
    const filter = (path: string): boolean => !/[/\\](node_modules|\.next|next-env\.d\.ts)$/.test(path);
    cpSync(app, directory, { recursive: true, filter });
    for (const name of ['core', 'nextjs']) await publish(join(root, 'packages', name), directory, types);
    // Next.js wants it for TypeScript, and installs it where it is missing.
    const react = 'node_modules/@types/react';
    mkdirSync(join(directory, 'node_modules/@types'));
    symlinkSync(join(root, 'examples/nextjs', react), join(directory, react));
    await run([nextCommand, 'build'], directory);
  });
  return directory;
}

/** Everything that a build is made of, in few letters. */
function fingerprint(app: string): string {
  const patterns = [
    `${app}/**/*.*`,
    `${root}/packages/{core,nextjs}/package.json`,
    `${root}/packages/{core,nextjs}/src/**/*.ts`,
    `${root}/tools/tsconfig.build.json`,
    `${root}/pnpm-lock.yaml`,
    `${import.meta.dirname}/*.ts`,
  ];
  const exclude = ['**/node_modules', '**/.next', '**/next-env.d.ts'];
  const hash = createHash('sha256').update(process.version);
  for (const path of globSync(patterns, { exclude }).sort())
    if (statSync(path).isFile()) hash.update(path).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

function removeOldBuilds(): void {
  for (const name of readdirSync(builds)) {
    const path = join(builds, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
