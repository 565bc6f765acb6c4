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
import { mustRun } from '../run.js';
import { once } from './once.js';
import { publish } from './publish.js';

const root = resolve(import.meta.dirname, '../..');
const KEPT_MS = 3600 * 1000;

/** How an application is built. */
export interface BuildOptions {
  /** The folder of the workspace that has Next.js in its reach; the result stands below it, in `.builds`. */
  readonly below: string;
  /** Whether the packages have declarations, for an application that Next.js type-checks; default false. */
  readonly types?: boolean;
}

/** What Node runs as the `next` of the command line. */
export function nextCommand(directory: string): string {
  return createRequire(join(directory, 'package.json')).resolve('next/dist/bin/next');
}

/**
 * Builds a Next.js application of this workspace on the packages as they are published, made from their
 * sources: it needs no build before, and gets nothing from one. Resolves to the folder of the result, which is
 * shared by all who ask for the same files.
 */
export async function builtApp(source: string, { below, types = false }: BuildOptions): Promise<string> {
  const app = join(root, source);
  const builds = join(root, below, '.builds');
  const directory = join(builds, `${basename(source)}-${fingerprint(app)}`);
  await once(directory, async () => {
    removeOldBuilds(builds, basename(source));
    const filter = (path: string): boolean => !/[/\\](node_modules|\.next|next-env\.d\.ts)$/.test(path);
    cpSync(app, directory, { recursive: true, filter });
    for (const name of ['core', 'nextjs']) await publish(join(root, 'packages', name), directory, types);
    // Next.js wants it for TypeScript, and installs it where it is missing.
    const react = 'node_modules/@types/react';
    mkdirSync(join(directory, 'node_modules/@types'));
    symlinkSync(join(root, 'examples/nextjs', react), join(directory, react));
    await mustRun(process.execPath, [nextCommand(directory), 'build'], { cwd: directory, env: buildEnv() });
  });
  return directory;
}

/** `next build` sets the mode itself, and has no secrets. */
function buildEnv(): NodeJS.ProcessEnv {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  for (const name of ['NODE_ENV', 'NODE_OPTIONS', 'WEBHOOK_SECRET']) Reflect.deleteProperty(env, name);
  return env;
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

// Of the same application only: another's may be in use.
function removeOldBuilds(builds: string, app: string): void {
  for (const name of readdirSync(builds)) {
    if (!name.startsWith(`${app}-`)) continue;
    const path = join(builds, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
