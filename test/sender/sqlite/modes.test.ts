import { chmodSync, copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prepareFile } from '../../../packages/sender/src/sqlite/database-file.js';
import { addEndpoint, newPath, openStore } from './open-stores.js';

/** The modes of the database and what stands beside it. */
const modesOf = (path: string): readonly number[] =>
  ['', '-wal', '-shm', '-lock']
    .map((companion) => `${path}${companion}`)
    .filter((file) => existsSync(file))
    .map((file) => statSync(file).mode & 0o777);

test.each([0o000, 0o077, 0o777])(
  'all files are made for their owner alone, under the umask %o',
  async (umask) => {
    const path = newPath();
    const before = process.umask(umask);
    try {
      await addEndpoint(await openStore(path));
      expect(modesOf(path)).toEqual([0o600, 0o600, 0o600]);
    } finally {
      process.umask(before);
    }
  },
);

test('an empty file, and a lock, that anybody may read are made narrow', async () => {
  const path = newPath();
  for (const file of [path, `${path}-lock`]) {
    writeFileSync(file, '');
    chmodSync(file, 0o666);
  }
  await addEndpoint(await openStore(path));
  expect(modesOf(path)).toEqual([0o600, 0o600, 0o600]);
});

test('a database and a log that anybody may read are made narrow', async () => {
  const [path, copy] = [newPath(), newPath()];
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  for (const companion of ['', '-wal']) {
    copyFileSync(`${path}${companion}`, `${copy}${companion}`);
    chmodSync(`${copy}${companion}`, 0o644);
  }
  const reopened = await openStore(copy);
  expect(modesOf(copy)).toEqual([0o600, 0o600, 0o600]);
  expect(await reopened.records.endpoint('*', id)).toBeDefined();
});

test('a new file has its mode before anybody opens it', () => {
  const path = newPath();
  const before = process.umask(0o777);
  try {
    prepareFile(path);
    expect(modesOf(path)).toEqual([0o600]);
  } finally {
    process.umask(before);
  }
});
