import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createReceiver } from '@countersign/core';
import { type SqliteReplayStoreOptions, sqliteInbox, sqliteReplayStore } from '@countersign/core/sqlite';
import { fakeClock } from '@countersign/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildProgram, ChildProcess } from '../chaos/program.js';
import { delivery, secret } from '../receiver/harness.js';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';
import { horizons, lease, newClaim } from './claims.js';

const newPath = (): string => join(temporaryFolder(), 'replays.db');

function storeAt(path: string, options: Partial<SqliteReplayStoreOptions> = {}) {
  const store = sqliteReplayStore({ path, ...options });
  onTestFinished(() => store.close());
  return store;
}

test('two processes on one file: each key is one’s', { timeout: 30_000 }, async () => {
  const path = newPath();
  const program = await buildProgram('../replay/claimant-program.ts');
  const keys = Array.from({ length: 300 }, (_, n) => `key ${n}`);
  const settings = { url: 'file', place: path, leaseMs: 60_000, startAtMs: Date.now() + 3000 };
  const children = [keys, [...keys].reverse()].map(
    (ordered) => new ChildProcess(program, { ...settings, keys: ordered }),
  );
  for (const child of children) {
    await expect.poll(() => child.lines.includes('ready'), { timeout: 15_000 }).toBe(true);
  }
  // Whoever of the two is faster: one of them has each key, and the other is told so.
  const answers = children.flatMap(({ lines }) => lines.filter((line) => line.includes(' key ')));
  const expected = keys.flatMap((key) => [`claimed ${key}`, `in_progress ${key}`]);
  expect(answers.toSorted()).toEqual(expected.toSorted());
});

test('what one has committed, another that opens the file knows, after a restart too', async () => {
  const path = newPath();
  const clock = fakeClock({ startAt: new Date() });
  const codes: string[] = [];
  const receive = async (replay: ReturnType<typeof sqliteReplayStore>): Promise<void> => {
    const receiver = createReceiver({ secrets: secret, replay, onOutcome: ({ code }) => codes.push(code) });
    await receiver.on('job.*', () => {}).handle(await delivery(clock));
  };
  const first = storeAt(path);
  await receive(first);
  await receive(storeAt(path));
  first.close();
  await receive(storeAt(path));
  expect(codes).toEqual(['processed', 'duplicate', 'duplicate']);
});

test('an inbox may have the same file', async () => {
  const path = newPath();
  const inbox = sqliteInbox({ path });
  onTestFinished(() => inbox.close());
  await inbox.prune({ receiver: 'a', doneMs: 0, failedMs: 0, limit: 1 });
  expect(storeAt(path).claim(newClaim(), lease())).toBe('claimed');
});

test('expired keys go, a few with each commit', async () => {
  const path = newPath();
  const clock = fakeClock();
  const store = storeAt(path, { now: clock.now });
  for (let n = 0; n < 10; n += 1) store.claim(newClaim(), lease(1000));
  await clock.advance(2000);
  const commits = (): void => {
    const claim = newClaim();
    store.claim(claim, lease());
    expect(store.commit(claim, horizons)).toBe(true);
  };
  commits();
  expect(rowsIn(path)).toBe(7);
  commits();
  commits();
  expect(rowsIn(path)).toBe(3);
});

test('the file and its companions are their owner’s alone, and nothing is opened before the first call', () => {
  const path = newPath();
  const store = storeAt(path);
  expect(existsSync(path)).toBe(false);
  store.claim(newClaim(), lease());
  for (const companion of ['', '-wal', '-shm'])
    expect(statSync(`${path}${companion}`).mode & 0o777).toBe(0o600);
});

test('after `close` calls throw, and a receiver answers 503', async () => {
  const store = storeAt(newPath());
  store.close();
  expect(() => store.release(newClaim())).toThrow(/replays\.db is closed/);
  const receiver = createReceiver({ secrets: secret, replay: store, onOutcome: () => {} });
  const request = await delivery(fakeClock({ startAt: new Date() }));
  expect((await receiver.on('job.*', () => {}).handle(request)).status).toBe(503);
});

test('another process in a long transaction: 503 after a second', async () => {
  const path = newPath();
  const store = storeAt(path);
  store.release(newClaim());
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  expect(() => store.claim(newClaim(), lease())).toThrow(/locked/);
  other.exec('ROLLBACK');
  expect(store.claim(newClaim(), lease())).toBe('claimed');
});

describe('refuses', () => {
  test.each<[string, unknown, RegExp]>([
    ['memory', { path: ':memory:' }, /^`path` must be the path of a file/],
    ['no options', null, /^`options` must be an object with `path`, got null/],
    ['a time that stands', { path: 'a.db', now: 7 }, /^`now` must be a function/],
  ])('%s', (_name, options, message) => {
    expect(() => Reflect.apply(sqliteReplayStore, undefined, [options])).toThrow(message);
  });
});

function rowsIn(path: string): unknown {
  const file = new DatabaseSync(path);
  try {
    return file.prepare('SELECT count(*) AS count FROM replays').get()?.['count'];
  } finally {
    file.close();
  }
}
