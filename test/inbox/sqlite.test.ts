import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createReceiver, memoryReplayStore, sign } from '@countersign/core';
import { runInbox } from '@countersign/core/inbox';
import { type SqliteInboxOptions, sqliteInbox } from '@countersign/core/sqlite';
import { fakeClock } from '@countersign/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { delivery, secret } from '../receiver/harness.js';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';
import { startProgram } from './start-program.js';

const prune = { receiver: 'a', doneMs: 0, failedMs: 0, limit: 1 };

function inboxAt(path: string) {
  const inbox = sqliteInbox({ path });
  onTestFinished(() => inbox.close());
  return inbox;
}

test('what a process has acknowledged, another one handles that opens the file', async () => {
  const path = join(temporaryFolder(), 'inbox.db');
  const seen: string[] = [];
  const receiver = (inbox: ReturnType<typeof sqliteInbox>) =>
    createReceiver({ secrets: secret, ack: 'before', inbox, replay: memoryReplayStore() }).on('*', (event) =>
      seen.push(event.id),
    );
  const first = sqliteInbox({ path });
  const clock = fakeClock({ startAt: new Date() });
  expect((await receiver(first).handle(await delivery(clock))).status).toBe(202);
  first.close();
  expect(seen).toEqual([]);

  const running = await runInbox(receiver(inboxAt(path)));
  onTestFinished(() => running.stop());
  await expect.poll(() => seen).toEqual(['msg_1']);
});

test('killed right after its acknowledgement: another process handles it', async () => {
  const path = join(temporaryFolder(), 'inbox.db');
  const dies = startProgram(path, 'server');
  const port = await dies.printed(/port (\d+)/);
  const { headers, body } = await sign({ id: 'm1', body: '{"type":"job.done"}' }, { secret });
  expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status).toBe(202);
  await dies.kill();
  const runs = startProgram(path, 'inbox');
  await runs.printed(/began (m1)/);
  await runs.printed(/outcome attempt (processed)/);
});

test('two that have the file open share it: a repeat is known, and a delivery goes to one', async () => {
  const path = join(temporaryFolder(), 'inbox.db');
  const [one, two] = [inboxAt(path), inboxAt(path)];
  const clock = fakeClock({ startAt: new Date() });
  const codes: string[] = [];
  for (const inbox of [one, two]) {
    const receiver = createReceiver({
      secrets: secret,
      ack: 'before',
      inbox,
      replay: false,
      onOutcome: ({ code }) => codes.push(code),
    }).on('*', () => {});
    await receiver.handle(await delivery(clock));
  }
  expect(codes).toEqual(['acknowledged', 'duplicate']);
  const options = { receiver: 'standardWebhooks', limit: 9, leaseMs: 60_000 };
  expect((await one.take(options)).length + (await two.take(options)).length).toBe(1);
});

test('the file and its companions are their owner’s alone', async () => {
  const path = join(temporaryFolder(), 'inbox.db');
  await inboxAt(path).prune(prune);
  for (const companion of ['', '-wal', '-shm'])
    expect(statSync(`${path}${companion}`).mode & 0o777).toBe(0o600);
});

test('nothing is opened before the first call', () => {
  const path = join(temporaryFolder(), 'inbox.db');
  inboxAt(path);
  expect(existsSync(path)).toBe(false);
});

test('after `close` calls reject, and a receiver answers 503', async () => {
  const inbox = inboxAt(join(temporaryFolder(), 'inbox.db'));
  await inbox.prune(prune);
  inbox.close();
  await expect(inbox.prune(prune)).rejects.toThrow(/is closed/);
});

describe('refuses', () => {
  test.each<[string, unknown]>([
    ['memory', ':memory:'],
    ['a temporary file', ''],
    ['a URI, which may be memory', 'file:inbox.db?mode=memory'],
    ['a number', 7],
  ])('%s as its path', (_name, path) => {
    const options: SqliteInboxOptions = JSON.parse(JSON.stringify({ path }));
    expect(() => sqliteInbox(options)).toThrow(/^`path` must be the path of a file/);
  });

  test("another program's database", async () => {
    const path = join(temporaryFolder(), 'other.db');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE mine (a)');
    other.close();
    await expect(inboxAt(path).prune(prune)).rejects.toThrow(/other\.db is of another program/);
  });

  test('what is no database', async () => {
    const path = join(temporaryFolder(), 'text.txt');
    writeFileSync(path, 'a text that is no database, and longer than its header of 100 bytes'.repeat(3));
    await expect(inboxAt(path).prune(prune)).rejects.toThrow(/text\.txt is no SQLite database/);
  });

  test('a folder that is not there', async () => {
    const path = join(temporaryFolder(), 'none', 'inbox.db');
    await expect(inboxAt(path).prune(prune)).rejects.toThrow(/inbox\.db cannot be made/);
  });

  test('a file of a newer version', async () => {
    const path = join(temporaryFolder(), 'inbox.db');
    await inboxAt(path).prune(prune);
    const file = new DatabaseSync(path);
    file.exec('UPDATE schema_versions SET version = 99');
    file.close();
    await expect(inboxAt(path).prune(prune)).rejects.toThrow(/newer version/);
  });
});
