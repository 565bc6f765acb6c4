import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type PackedPackage, packAll } from '../packages/pack.js';
import { mustRun } from '../run.js';
import { publishedPackages, readManifest } from '../workspace.js';
import type { Figure, FigureGroup } from './figure.js';

/** What one package puts on a disk. */
interface Installed {
  bytes: number;
  files: number;
}

/** What users install: the packed packages with their dependencies, without peers. */
export async function measureInstalls(): Promise<FigureGroup> {
  const workshop = mkdtempSync(join(tmpdir(), 'countersign-sizes-'));
  try {
    const packages = await packAll(publishedPackages(), workshop);
    const figures = await Promise.all(packages.map((packed) => measureInstall(packed, workshop)));
    return {
      title: 'Installed',
      about: 'What `npm install` writes: the unpacked package and its dependencies, without peers.',
      slackBytes: 1000,
      figures: figures.flat(),
    };
  } finally {
    rmSync(workshop, { recursive: true });
  }
}

async function measureInstall(
  { directory, manifest, tarball }: PackedPackage,
  workshop: string,
): Promise<readonly Figure[]> {
  const unpacked = mkdtempSync(join(workshop, 'unpacked-'));
  await mustRun('tar', ['-xzf', tarball, '-C', unpacked], { cwd: workshop });
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const installed = new Map<string, Installed>([[manifest.name, sizeOf(unpacked)]]);
  for (const name of dependencies) addDependency(installed, directory, name);
  const total = { bytes: 0, files: 0 };
  for (const { bytes, files } of installed.values()) {
    total.bytes += bytes;
    total.files += files;
  }
  const note =
    dependencies.length === 0 ? 'no dependencies' : `with ${[...installed.keys()].slice(1).join(', ')}`;
  return [
    { name: `${manifest.name} installed`, unit: 'bytes', value: total.bytes, note },
    { name: `${manifest.name} files`, unit: 'files', value: total.files },
  ];
}

function addDependency(installed: Map<string, Installed>, from: string, name: string): void {
  if (installed.has(name)) return;
  const directory = folderOf(from, name);
  installed.set(name, sizeOf(directory));
  for (const next of Object.keys(readManifest(directory).dependencies ?? {}))
    addDependency(installed, directory, next);
}

/** Where a package finds another: as Node.js looks for it. */
function folderOf(from: string, name: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      return realpathSync(join(folder, 'node_modules', name));
    } catch (error) {
      if (dirname(folder) === folder) throw error;
    }
  }
}

function sizeOf(directory: string): Installed {
  const size = { bytes: 0, files: 0 };
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.slice(directory.length).includes('/node_modules/')) continue;
    size.bytes += statSync(path).size;
    size.files += 1;
  }
  return size;
}
