import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from '../run.js';
import { readManifest, root } from '../workspace.js';
import type { PackedPackage } from './pack.js';

/** A package manager that users have. */
export type Manager = 'npm' | 'pnpm';

/** A project as users have it: the tarballs, and what they run on, installed by a package manager. */
export interface InstalledProject {
  readonly manager: Manager;
  readonly directory: string;
}

/** Neither scripts nor other machines' binaries are needed, and what is in the cache is not asked for again. */
const installers: Readonly<Record<Manager, readonly string[]>> = {
  npm: ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--omit=optional'],
  pnpm: ['add', '--prefer-offline', '--ignore-scripts', '--no-optional'],
};

/** Installs the tarballs into an empty project, with npm or pnpm. */
export async function installedProject(
  manager: Manager,
  workshop: string,
  packages: readonly PackedPackage[],
): Promise<InstalledProject> {
  const directory = emptyProject(join(workshop, manager));
  const tarballs = packages.map(({ tarball }) => tarball);
  await mustRun(manager, [...installers[manager], ...tarballs, ...companions(packages)], { cwd: directory });
  return { manager, directory };
}

/** The tarballs unpacked beside what they declare, and nothing else: no @types/node, no framework's types. */
export async function bareProject(workshop: string, packages: readonly PackedPackage[]): Promise<string> {
  const project = emptyProject(join(workshop, 'bare'));
  for (const { directory, manifest, tarball } of packages) {
    const target = join(project, 'node_modules', manifest.name);
    mkdirSync(target, { recursive: true });
    await mustRun('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], { cwd: project });
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (!name.startsWith('@countersign/')) link(project, name, join(directory, 'node_modules', name));
    }
  }
  return project;
}

function emptyProject(directory: string): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n');
  return directory;
}

function link(project: string, name: string, target: string): void {
  const path = join(project, 'node_modules', name);
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** What the packages run on and are typed with, in the versions that the workspace tests. */
function companions(packages: readonly PackedPackage[]): readonly string[] {
  const workspace = readManifest(root).devDependencies ?? {};
  const versions = new Map([['@types/node', workspace['@types/node']]]);
  for (const { manifest } of packages) {
    for (const [name, version] of Object.entries(manifest.devDependencies ?? {})) {
      if (!version.startsWith('workspace:')) versions.set(name, version);
    }
  }
  return [...versions].map(([name, version]) => `${name}@${version}`);
}
