/**
 * Checks what the packages publish, on their packed tarballs: publint, attw, `import` and `require` of every
 * entry on every Node of the PATH, the declarations in a project without @types/node, and, installed into empty
 * projects with npm and pnpm, the code of the READMEs. Run after `build`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './packages/check.js';
import { checkDeclarations, checkLoading } from './packages/entries.js';
import { bin, type PackedPackage, packAll } from './packages/pack.js';
import { bareProject, installedProject, type Manager } from './packages/projects.js';
import { checkReadmeBlocks } from './packages/readme-blocks.js';
import { checkReceivers } from './packages/receivers.js';
import { checkSender } from './packages/senders.js';
import { entriesOf, publishedPackages } from './workspace.js';

async function checkTarballs(packages: readonly PackedPackage[]): Promise<void> {
  for (const { manifest, tarball } of packages) {
    await check(`publint ${manifest.name}`, bin('publint'), ['run', '--strict', tarball], { cwd: workshop });
    const attw = ['--profile', 'esm-only', '--no-emoji', tarball];
    await check(`attw ${manifest.name}`, bin('attw'), attw, { cwd: workshop });
  }
}

async function checkProject(manager: Manager, packages: readonly PackedPackage[]): Promise<void> {
  const project = await installedProject(manager, workshop, packages);
  await checkLoading(project.directory, manager, packages);
  await checkReadmeBlocks(project);
  await checkReceivers(project);
  await checkSender(project);
}

async function checkBareProject(packages: readonly PackedPackage[]): Promise<void> {
  await checkDeclarations(await bareProject(workshop, packages), entries);
}

const workshop = mkdtempSync(join(tmpdir(), 'countersign-packages-'));
process.once('exit', () => rmSync(workshop, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const published = publishedPackages();
const entries = published.flatMap(({ manifest }) => entriesOf(manifest));
const packages = await packAll(published, workshop);
// Side by side: one waits for the disk while another works.
await Promise.all([
  checkProject('npm', packages),
  checkProject('pnpm', packages),
  checkTarballs(packages).then(() => checkBareProject(packages)),
]);
