import { copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sqliteStore } from '@countersign/sender/sqlite';
import { describe, expect, test } from 'vitest';
import { startProgram } from './child-program.js';
import { addEndpoint, deliver, expectRefused, newPath, openStore } from './open-stores.js';

test('a second process is refused, and told which process has the file', async () => {
  const path = newPath();
  const holder = await startProgram('holder.ts', [path]);
  await holder.printed(1);
  const pid = process.platform === 'linux' ? new RegExp(`process ${holder.pid} `) : /another process/;
  await expectRefused(sqliteStore({ path }).open(), 'store_locked', path, pid);
});

test('a file is free once the process that had it is gone', async () => {
  const path = newPath();
  const holder = await startProgram('holder.ts', [path]);
  await holder.printed(1);
  await holder.kill();
  await addEndpoint(await openStore(path));
});

test('a second store in the same process is refused, and the first goes on', async () => {
  const path = newPath();
  const first = await openStore(path);
  const second = sqliteStore({ path });
  await expectRefused(second.open(), 'store_locked', path, /in this process/);
  await addEndpoint(first);
  await expectRefused(second.open(), 'store_locked', path, /in this process/);
  await first.close();
  await second.open();
  expect(await second.records.totals()).toMatchObject({ endpoints: 1 });
  await second.close();
});

test('a refused second store does not let a second process in', async () => {
  const path = newPath();
  await openStore(path);
  await expectRefused(sqliteStore({ path }).open(), 'store_locked', path);
  const other = await startProgram('holder.ts', [path]);
  await expect(other.ended()).rejects.toThrow(/store_locked/);
});

describe('while this process has read the files of its own database', () => {
  /** Such a copy is no backup, but people make it; on POSIX systems it ends the locks of what it has read. */
  async function copied() {
    const path = newPath();
    const store = await openStore(path);
    const { id } = await addEndpoint(store);
    for (const companion of ['', '-wal']) copyFileSync(`${path}${companion}`, `${path}${companion}.bak`);
    return { path, store, id };
  }

  const refusalOf = async (path: string): Promise<string> => {
    const other = await startProgram('holder.ts', [path]);
    return other.ended().then(
      () => '',
      (error: unknown) => String(error),
    );
  };

  test('a second process is refused, and destroys nothing', async () => {
    const { path, store, id } = await copied();
    const delivery = await deliver(store, id);
    expect(await refusalOf(path)).toMatch(/store_locked/);
    const after = await deliver(store, id);
    await store.close();
    const again = await openStore(path);
    for (const made of [delivery, after])
      expect(await again.records.delivery('*', made)).toMatchObject({ status: 'pending' });
  });

  test('a second process is refused by another path to the folder', async () => {
    const { path } = await copied();
    const folder = join(dirname(newPath()), 'link');
    symlinkSync(dirname(path), folder);
    expect(await refusalOf(join(folder, basename(path)))).toMatch(/store_locked/);
  });

  test('a second store in this process is refused', async () => {
    const { path, store } = await copied();
    await expectRefused(sqliteStore({ path }).open(), 'store_locked', path, /in this process/);
    expect(await refusalOf(path)).toMatch(/store_locked/);
    await addEndpoint(store);
  });
});

test('another name of a locked file is refused', async () => {
  const [path, other] = [newPath(), newPath()];
  await addEndpoint(await openStore(path));
  linkSync(path, other);
  await expectRefused(sqliteStore({ path: other }).open(), 'store_locked', other);
});

test.each([
  ['a folder', (lock: string) => mkdirSync(lock)],
  ['a link', (lock: string) => symlinkSync('elsewhere', lock)],
  [
    'another file',
    (lock: string) => writeFileSync(lock, 'not a lock at all, but somebody’s notes. '.repeat(20)),
  ],
])('%s in the place of the lock is told, with the database', async (_what, put) => {
  const path = newPath();
  put(`${path}-lock`);
  await expectRefused(sqliteStore({ path }).open(), 'store_unavailable', path, /cannot be locked: .*-lock /);
});

test('a file that could not be opened is locked no longer', async () => {
  const path = newPath();
  writeFileSync(path, 'not a database at all, but longer than its header is. '.repeat(20));
  const store = sqliteStore({ path });
  await expectRefused(store.open(), 'store_foreign', path);
  writeFileSync(path, '');
  await store.open();
  await store.close();
});
