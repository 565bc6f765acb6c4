import { readFileSync } from 'node:fs';
import { createSender, type DeliveryStore } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { expect, test } from 'vitest';
import { newDelivery, newEndpoint, newEvent } from './new-records.js';
import { newPath, openStore } from './open-stores.js';

const KEY = { id: 'k1', key: Buffer.alloc(32, 7).toString('base64') };

/** Which of these texts stand in a closed file. */
function foundIn(path: string, texts: readonly string[]): readonly string[] {
  const content = readFileSync(path, 'latin1');
  return texts.filter((text) => content.includes(text));
}

/** Texts of all lengths, so that some have pages of their own, and others share one. */
const clearTexts = (kind: string): readonly string[] =>
  Array.from({ length: 80 }, (_, index) => `${kind}-${index}-in-clear-${'x'.repeat((index * 397) % 9000)}`);

const newSender = (path: string, encryption?: { readonly keys: readonly (typeof KEY)[] }) =>
  createSender({ store: sqliteStore({ path }), encryption, onEvent: () => {} });

test('what was sealed afterwards is nowhere in the file', async () => {
  const path = newPath();
  const before = newSender(path);
  const clear: string[] = [];
  for (let made = 0; made < 50; made += 1) {
    const authorization = `Bearer in-clear-${made}-`;
    const { secret } = await before.endpoints.create({
      url: 'https://receiver.example/',
      headers: { authorization },
    });
    clear.push(secret, authorization);
  }
  await before.stop();
  expect(foundIn(path, clear)).toEqual(clear);
  const sender = newSender(path, { keys: [KEY] });
  expect(await sender.endpoints.reseal()).toBe(50);
  await sender.stop();
  expect(foundIn(path, clear)).toEqual([]);
});

test('what endpoints had that were deleted, or changed, is nowhere in the file', async () => {
  const path = newPath();
  const store = await openStore(path);
  const secrets = clearTexts('secret');
  const ids: string[] = [];
  for (const value of secrets) {
    const draft = newEndpoint({ secrets: [{ id: 's1', value }] });
    await store.records.createEndpoint(draft);
    ids.push(draft.id);
  }
  for (const [index, id] of ids.entries()) {
    if (index % 2 === 0) await store.records.deleteEndpoint('*', id);
    else await store.records.replaceEndpoint(1, newEndpoint({ id, secrets: [{ id: 's2', value: 'new' }] }));
  }
  await store.close();
  expect(foundIn(path, secrets)).toEqual([]);
});

test('events that were pruned are nowhere in the file', async () => {
  const path = newPath();
  const store = await openStore(path);
  const texts = clearTexts('data');
  await store.events.append(texts.map((data) => newEvent({ data })));
  await routeAll(store);
  expect(await store.records.prune({ olderThanMs: 0, limit: 1000 })).toBe(texts.length);
  await store.close();
  expect(foundIn(path, texts)).toEqual([]);
});

/** To an endpoint that is not there, so that nothing is pending. */
async function routeAll(store: DeliveryStore): Promise<void> {
  const events = await store.events.takeUnrouted({ limit: 1000, leaseMs: 1000 });
  await store.events.route(
    events.map((event) => {
      return { event, deliveries: [newDelivery('gone', { status: 'skipped' })], isLast: true };
    }),
  );
}
