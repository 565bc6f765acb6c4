import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '@countersign/core';
import { sqliteStore } from '@countersign/sender/sqlite';
import { describe, expect, test, vi } from 'vitest';
import { openDatabase } from '../../../packages/sender/src/sqlite/open-database.js';
import { newEndpoint, newEvent } from './new-records.js';
import { addEndpoint, expectRefused, newPath, openStore } from './open-stores.js';

const open = (path: string): Promise<void> => sqliteStore({ path }).open();

/** A database that somebody else has made. */
function foreignDatabase(path: string, sql: string): Buffer {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  return readFileSync(path);
}

describe('a path that cannot be used', () => {
  test.each([undefined, 1, '', ':memory:', 'a\0b'])('%j is refused at construction', (path) => {
    // @ts-expect-error what JavaScript may give
    expect(() => sqliteStore({ path })).toThrow(ConfigurationError);
  });

  test.each([undefined, null, 'webhooks.db'])(
    'options that are none (%j) say what they must be',
    (options) => {
      expect(() => Reflect.apply(sqliteStore, undefined, [options])).toThrow(/must be an object with `path`/);
    },
  );

  test('a folder that is missing is named', async () => {
    const path = join(dirname(newPath()), 'missing', 'webhooks.db');
    await expectRefused(open(path), 'store_unavailable', path, /no folder .*missing$/);
  });

  test('a folder in the place of the file is refused', async () => {
    const path = newPath();
    mkdirSync(path);
    await expectRefused(open(path), 'store_foreign', path, /not a file/);
  });

  test('a symbolic link is refused, also one that leads nowhere', async () => {
    const path = newPath();
    symlinkSync(join(dirname(path), 'elsewhere.db'), path);
    await expectRefused(open(path), 'store_foreign', path, /symbolic link/);
    writeFileSync(join(dirname(path), 'elsewhere.db'), '');
    await expectRefused(open(path), 'store_foreign', path, /symbolic link/);
  });
});

describe('whose file it is', () => {
  test.each([
    ['text', 'not a database at all, but longer than its header is. '.repeat(20)],
    ['a few bytes', 'hi'],
  ])('%s is refused and stays as it is', async (_what, content) => {
    const path = newPath();
    writeFileSync(path, content, { mode: 0o644 });
    await expectRefused(open(path), 'store_foreign', path, /no SQLite database/);
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  test.each([
    ['its tables', 'CREATE TABLE t (a)'],
    ['its write-ahead log', 'PRAGMA journal_mode = WAL; CREATE TABLE t (a)'],
    ['its application id', 'PRAGMA application_id = 7'],
    ['its version', 'PRAGMA user_version = 1'],
  ])('a database of another program is told by %s, and stays as it is', async (_by, sql) => {
    const path = newPath();
    const before = foreignDatabase(path, sql);
    await expectRefused(open(path), 'store_foreign', path, /another program/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('an empty file, and an empty database, become ours', async () => {
    const [file, database] = [newPath(), newPath()];
    writeFileSync(file, '');
    foreignDatabase(database, 'CREATE TABLE t (a); DROP TABLE t');
    for (const path of [file, database]) await addEndpoint(await openStore(path));
  });

  test('a database of a newer version is refused and stays as it is', async () => {
    const path = newPath();
    await (await openStore(path)).close();
    const before = foreignDatabase(path, 'PRAGMA user_version = 1000');
    await expectRefused(open(path), 'store_newer', path, /schema 1000/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('open and close', () => {
  test('opening it several times at once opens it once', async () => {
    const path = newPath();
    const store = sqliteStore({ path });
    await Promise.all([store.open(), store.open(), store.open()]);
    await addEndpoint(store);
    await store.close();
    await addEndpoint(await openStore(path));
  });

  test('a closed store can be opened again, and has everything', async () => {
    const store = await openStore();
    const { id } = await addEndpoint(store);
    await store.close();
    await store.close();
    await store.open();
    expect(await store.records.endpoint('*', id)).toMatchObject({ id, revision: 1 });
  });

  test('calls on a store that is not open are refused', async () => {
    const path = newPath();
    const store = sqliteStore({ path });
    const calls = (): readonly Promise<unknown>[] => [
      store.events.append([newEvent()]),
      store.work.outlook({ limit: 1 }),
      store.records.createEndpoint(newEndpoint()),
      store.records.prune({ olderThanMs: 0, limit: 1 }),
    ];
    for (const call of calls()) await expectRefused(call, 'store_unavailable', path, /not open/);
    await store.open();
    await store.close();
    for (const call of calls()) await expectRefused(call, 'store_unavailable', path, /not open/);
  });

  test('closing writes what was asked for before', async () => {
    const path = newPath();
    const store = await openStore(path);
    const event = newEvent();
    const appended = store.events.append([event]);
    await store.close();
    expect(await appended).toEqual({ outcome: 'appended', isNew: [true] });
    expect(await (await openStore(path)).events.append([event])).toMatchObject({ isNew: [false] });
  });

  test('a closed database is one file, and a lock that is empty', async () => {
    const path = newPath();
    const store = await openStore(path);
    await addEndpoint(store);
    await store.close();
    for (const companion of ['-wal', '-shm', '-journal']) {
      expect(statSync(`${path}${companion}`, { throwIfNoEntry: false })).toBeUndefined();
    }
    expect(statSync(`${path}-lock`).size).toBe(0);
  });
});

describe('every connection is durable and alone', () => {
  test('the log is written ahead, synchronously, under an exclusive lock', () => {
    const database = openDatabase(newPath());
    const pragma = (name: string): unknown =>
      Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('locking_mode')).toBe('exclusive');
    expect(pragma('secure_delete')).toBe(1);
    database.close();
  });

  test('where `synchronous` is not FULL, the database is not opened', async () => {
    const exec = DatabaseSync.prototype.exec;
    const spy = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (
      this: DatabaseSync,
      sql,
    ) {
      exec.call(this, sql.replace('synchronous = FULL', 'synchronous = NORMAL'));
    });
    const path = newPath();
    try {
      await expectRefused(open(path), 'store_unavailable', path, /not FULL/);
    } finally {
      spy.mockRestore();
    }
    await openStore(path);
  });
});

test('a transaction is refused: an event would be stored whatever becomes of it', async () => {
  const store = await openStore(newPath());
  const append = (transaction: unknown) =>
    Reflect.apply(store.events.append, store.events, [[newEvent()], transaction]);
  await expect(append({})).rejects.toMatchObject({ code: 'invalid_input', field: 'transaction' });
  expect(await store.events.takeUnrouted({ limit: 5, leaseMs: 1000 })).toEqual([]);
  expect(await append(undefined)).toMatchObject({ outcome: 'appended' });
});
