import { join } from 'node:path';
import type { DeliveryStore, EndpointRecord, Lane, NewEvent, SenderErrorCode } from '@countersign/sender';
import { isSenderError } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { expect, onTestFinished } from 'vitest';
import { newDelivery, newEndpoint, newEvent } from './new-records.js';
import { temporaryFolder } from './temporary-folder.js';

/** A file that is not there yet. */
export const newPath = (): string => join(temporaryFolder(), 'webhooks.db');

/** A store on this file, open until the test is over. */
export async function openStore(path = newPath(), now?: () => number): Promise<DeliveryStore> {
  const store = sqliteStore({ path, now });
  await store.open();
  onTestFinished(() => store.close());
  return store;
}

export async function addEndpoint(store: DeliveryStore, id?: string): Promise<EndpointRecord> {
  const record = await store.records.createEndpoint(newEndpoint(id === undefined ? {} : { id }));
  if (record === undefined) throw new Error('the endpoint is there already');
  return record;
}

/** Appends and routes an event to an endpoint; the id of its delivery. */
export async function deliver(
  store: DeliveryStore,
  endpointId: string,
  fields: Partial<NewEvent> = {},
): Promise<string> {
  await store.events.append([newEvent(fields)]);
  const [event] = await store.events.takeUnrouted({ limit: 1, leaseMs: 60_000 });
  if (event === undefined) throw new Error('no event to route');
  const delivery = newDelivery(endpointId);
  await store.events.route([{ event, deliveries: [delivery], isLast: true }]);
  return delivery.id;
}

export async function takeLane(store: DeliveryStore, endpointId: string): Promise<Lane> {
  const [lane] = await store.work.takeLanes({ limit: 1, leaseMs: 60_000, endpointIds: [endpointId] });
  if (lane === undefined) throw new Error('no lane');
  return lane;
}

/** Expects a `SenderError` with this code, whose message names the file and matches. */
export async function expectRefused(
  call: Promise<unknown>,
  code: SenderErrorCode,
  path: string,
  message = /./,
): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isSenderError(error) ? error.code : error).toBe(code);
  expect(error).toHaveProperty('message', expect.stringContaining(path));
  expect(error).toHaveProperty('message', expect.stringMatching(message));
}
