import { join, resolve } from 'node:path';
import { mustRun } from '../run.js';
import { root, type WorkspacePackage } from '../workspace.js';

/** A package as it is published. */
export interface PackedPackage extends WorkspacePackage {
  readonly tarball: string;
}

/** Packs packages, as publishing would, into a folder. */
export function packAll(
  packages: readonly WorkspacePackage[],
  destination: string,
): Promise<readonly PackedPackage[]> {
  return Promise.all(
    packages.map(async ({ directory, manifest }) => {
      const packed = await mustRun('pnpm', ['pack', '--json', '--pack-destination', destination], {
        cwd: directory,
      });
      const { filename }: { readonly filename: string } = JSON.parse(packed);
      return { directory, manifest, tarball: resolve(destination, filename) };
    }),
  );
}

/** Commands of the workspace's own tools. */
export function bin(name: string): string {
  return join(root, 'node_modules/.bin', name);
}
