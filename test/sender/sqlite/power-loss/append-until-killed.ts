import { writeSync } from 'node:fs';
import { sqliteStore } from '@countersign/sender/sqlite';
import { newEvent } from '../new-records.js';

// Appends events, several at once, and prints the id of each that was acknowledged, until it is killed.
const store = sqliteStore({ path: process.argv[2] ?? '' });
await store.open();

async function appendForEver(): Promise<never> {
  for (;;) {
    const event = newEvent({ data: JSON.stringify({ text: 'x'.repeat(8000) }) });
    await store.events.append([event]);
    writeSync(1, `${event.id}\n`);
  }
}

await Promise.all([appendForEver(), appendForEver(), appendForEver()]);
