import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { sqliteStore } from '@countersign/sender/sqlite';
import { expect, test } from 'vitest';
import { newEvent } from './new-records.js';
import { addEndpoint, deliver, expectRefused, newPath, openStore } from './open-stores.js';

const PAGE_BYTES = 4096;

/** Writes rubbish over the pages from one on, whatever they hold. */
function damage(path: string, fromPage: number): void {
  const file = openSync(path, 'r+');
  const rubbish = Buffer.alloc(statSync(path).size - fromPage * PAGE_BYTES, 0xa5);
  writeSync(file, rubbish, 0, rubbish.length, fromPage * PAGE_BYTES);
  closeSync(file);
}

async function closedDatabase(): Promise<string> {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  for (let made = 0; made < 20; made += 1) await deliver(store, id, { data: `"${'x'.repeat(10_000)}"` });
  await store.close();
  return path;
}

test('a damaged database is told when it is met, by reads and by writes', async () => {
  const path = await closedDatabase();
  damage(path, 20);
  const store = sqliteStore({ path });
  const calls = async () => {
    await store.open();
    await store.events.append([newEvent({ data: `"${'y'.repeat(100_000)}"` })]);
    await store.records.deliveries('*', { status: 'failed', limit: 10 });
    for (;;) {
      const events = await store.events.takeUnrouted({ limit: 1, leaseMs: 1 });
      if (events.length === 0) throw new Error('all could be read');
    }
  };
  await expectRefused(calls(), 'store_corrupt', path, /damaged/);
  await store.close();
});

test('a database whose tables are damaged is not opened', async () => {
  const path = await closedDatabase();
  damage(path, 1);
  await expectRefused(sqliteStore({ path }).open(), 'store_corrupt', path);
});

test('a database that has lost its end is told, not mended', async () => {
  const path = await closedDatabase();
  const half = readFileSync(path).subarray(0, 10 * PAGE_BYTES);
  const cut = newPath();
  const file = openSync(cut, 'w');
  writeSync(file, half);
  closeSync(file);
  const store = sqliteStore({ path: cut });
  const calls = async () => {
    await store.open();
    await store.events.append([newEvent()]);
  };
  await expectRefused(calls(), 'store_corrupt', cut);
  expect(
    readFileSync(cut)
      .subarray(0, 10 * PAGE_BYTES)
      .equals(half),
  ).toBe(true);
  await store.close();
});
