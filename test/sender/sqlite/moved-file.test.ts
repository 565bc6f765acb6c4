import { copyFileSync, existsSync, readFileSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import type { DeliveryStore, Lane } from '@countersign/sender';
import { describe, expect, test } from 'vitest';
import { ended, newEndpoint, newEvent, report } from './new-records.js';
import { addEndpoint, deliver, expectRefused, newPath, openStore, takeLane } from './open-stores.js';

const GONE = /is no longer the file that was opened/;

/** How a file can be lost to the process that has it open. */
const LOSSES: readonly (readonly [string, (file: string) => void])[] = [
  ['deleted', (file) => unlinkSync(file)],
  ['renamed', (file) => renameSync(file, `${file}.bak`)],
  [
    'replaced by its copy',
    (file) => {
      copyFileSync(file, `${file}.new`);
      renameSync(`${file}.new`, file);
    },
  ],
];

/** Tries every kind of write; the lane with which it did. */
async function expectNothingTaken(store: DeliveryStore, path: string, id: string): Promise<Lane> {
  const lane = await takeLane(store, id);
  const writes = () => [
    store.events.append([newEvent()]),
    store.records.createEndpoint(newEndpoint()),
    store.records.deleteEndpoint('*', id),
    store.work.settle(lane, report()),
  ];
  // Together, and each alone.
  for (const call of writes()) await expectRefused(call, 'store_unavailable', path, GONE);
  await Promise.all(writes().map((call) => expectRefused(call, 'store_unavailable', path, GONE)));
  return lane;
}

describe.each([
  ['', LOSSES],
  ['-wal', LOSSES.slice(0, 2)],
] as const)('while the file webhooks.db%s', (companion, losses) => {
  test.each(losses)('is %s, no write is acknowledged, and reads are answered', async (_how, lose) => {
    const path = newPath();
    const store = await openStore(path);
    const { id } = await addEndpoint(store);
    await deliver(store, id);
    lose(`${path}${companion}`);
    await expectNothingTaken(store, path, id);
    expect(await store.records.totals()).toEqual({ endpoints: 1, pending: 1, retrying: 0 });
  });

  test('is elsewhere, nothing is taken, and all goes on when it is put back', async () => {
    const path = newPath();
    const first = await openStore(path);
    const { id } = await addEndpoint(first);
    await first.close();
    const store = await openStore(path);
    const before = await deliver(store, id);
    renameSync(`${path}${companion}`, `${path}.elsewhere`);
    const lane = await expectNothingTaken(store, path, id);
    renameSync(`${path}.elsewhere`, `${path}${companion}`);
    expect(await store.work.settle(lane, report(ended(before)))).toBe(true);
    const after = await deliver(store, id);
    await store.close();
    const again = await openStore(path);
    expect(await again.records.delivery('*', before)).toMatchObject({ status: 'delivered' });
    expect(await again.records.delivery('*', after)).toMatchObject({ status: 'pending' });
    expect(await again.records.totals()).toEqual({ endpoints: 1, pending: 1, retrying: 0 });
  });
});

test('what was acknowledged before is in the file that was moved, once the store is closed', async () => {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  const delivery = await deliver(store, id);
  renameSync(path, `${path}.moved`);
  const refused = store.events.append([newEvent()]);
  await Promise.all([expectRefused(refused, 'store_unavailable', path, GONE), store.close()]);
  const moved = await openStore(`${path}.moved`);
  expect(await moved.records.delivery('*', delivery)).toMatchObject({ status: 'pending' });
});

test('closing leaves alone what stands in the place of its file', async () => {
  const [path, other] = [newPath(), newPath()];
  const store = await openStore(path);
  await addEndpoint(store);
  const second = await openStore(other);
  const { id } = await addEndpoint(second);
  for (const companion of ['', '-wal']) copyFileSync(`${other}${companion}`, `${other}${companion}.copy`);
  for (const companion of ['', '-wal']) renameSync(`${other}${companion}.copy`, `${path}${companion}`);
  const log = readFileSync(`${path}-wal`);
  await store.close();
  expect(existsSync(`${path}-wal`)).toBe(true);
  expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
  expect(await (await openStore(path)).records.endpoint('*', id)).toBeDefined();
});

test('a file that is moved with a link in its place is still the one that was opened', async () => {
  const path = newPath();
  const store = await openStore(path);
  renameSync(path, `${path}.moved`);
  symlinkSync(`${path}.moved`, path);
  await addEndpoint(store);
});
