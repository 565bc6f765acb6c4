import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What of a package.json the tools read. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly engines?: { readonly node?: string };
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of this workspace that is published. */
export interface WorkspacePackage {
  readonly directory: string;
  readonly manifest: Manifest;
}

export const root = resolve(import.meta.dirname, '..');

/** The published packages, in the order of their folders. */
export function publishedPackages(): readonly WorkspacePackage[] {
  const directories = readdirSync(join(root, 'packages')).map((folder) => join(root, 'packages', folder));
  return directories
    .map((directory) => ({ directory, manifest: readManifest(directory) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** The manifest of the package that stands in a folder. */
export function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** What can be imported of a package: `@countersign/core`, `@countersign/core/node`, … */
export function entriesOf({ name, exports }: Manifest): readonly string[] {
  const wildcards = Object.keys(exports).filter((subpath) => subpath.includes('*'));
  if (wildcards.length > 0) throw new Error(`${name}: name the subpaths instead of ${wildcards.join(', ')}`);
  return Object.keys(exports).map((subpath) => `${name}${subpath.slice(1)}`);
}
