import { rmSync, writeFileSync } from 'node:fs';
import { isSenderError, type NewEvent } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { ended, newDelivery, newEndpoint, newEvent, report } from './new-records.js';

// Works with a store before, while and after the disk fails, and prints what it has seen as JSON.
const [path = '', control = ''] = process.argv.slice(2);
const store = sqliteStore({ path });
await store.open();
const acknowledged: string[] = [];

async function append(event: NewEvent = newEvent({ data: `"${'x'.repeat(2000)}"` })): Promise<void> {
  await store.events.append([event]);
  acknowledged.push(event.id);
}

async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return { code: 'none' };
  } catch (error) {
    return isSenderError(error) ? { code: error.code, message: error.message } : { code: String(error) };
  }
}

const endpoint = await store.records.createEndpoint(newEndpoint());
if (endpoint === undefined) throw new Error('no endpoint');
await store.events.append([newEvent()]);
const [event] = await store.events.takeUnrouted({ limit: 1, leaseMs: 60_000 });
if (event === undefined) throw new Error('no event');
const delivery = newDelivery(endpoint.id);
await store.events.route([{ event, deliveries: [delivery], isLast: true }]);
const [lane] = await store.work.takeLanes({ limit: 1, leaseMs: 60_000 });
if (lane === undefined) throw new Error('no lane');
for (let made = 0; made < 20; made += 1) await append();

writeFileSync(control, '');
const failed = newEvent();
const refused = await Promise.all([
  refusalOf(append(failed)),
  refusalOf(append()),
  refusalOf(store.work.settle(lane, report(ended(delivery.id)))),
]);
refused.push(await refusalOf(append()));
const read = await store.records.totals();
rmSync(control);

await append(failed);
for (let made = 0; made < 100; made += 1) await append();
const settled = await store.work.settle(lane, report(ended(delivery.id)));
await store.close();
console.log(JSON.stringify({ acknowledged, refused, read, settled, delivery: delivery.id }));
