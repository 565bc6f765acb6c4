import { join } from 'node:path';
import { createSender, type Sender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { DATA } from '../payload.js';
import { type Contender, inParallel, type Setting } from './contender.js';

const BATCH = 1000;

/** The sender on one SQLite file, as it is by default: `synchronous=FULL`, with its record of attempts. */
export async function countersign(setting: Setting): Promise<Contender> {
  const { urls, connections, directory } = setting;
  const path = join(directory, 'webhooks.db');
  const first = open(path, connections);
  for (const [index, url] of urls.entries()) {
    await first.endpoints.create({
      url,
      events: [typeOf(index)],
      concurrency: Math.ceil(connections / urls.length),
    });
  }
  await first.stop();
  let sender = open(path, connections);
  let filled = 0;
  const event = (index: number) => ({ type: typeOf(index % urls.length), data: DATA });
  return {
    async fill(count) {
      filled = count;
      for (let from = 0; from < count; from += BATCH) {
        const length = Math.min(BATCH, count - from);
        await sender.sendMany(Array.from({ length }, (_, index) => event(from + index)));
      }
    },
    async drain() {
      const done = delivered(sender, filled);
      await sender.start();
      await done;
      await sender.stop();
      sender = open(path, connections);
    },
    async endToEnd(count) {
      const done = delivered(sender, count);
      await sender.start();
      await inParallel(count, connections, (index) => sender.send(event(index)));
      await done;
      await sender.stop();
      sender = open(path, connections);
    },
    close: () => sender.stop(),
  };
}

function open(path: string, concurrency: number): Sender {
  return createSender({
    store: sqliteStore({ path }),
    concurrency,
    allowHttp: true,
    allowPrivateNetworks: true,
    onEvent: () => {},
  });
}

function typeOf(endpoint: number): string {
  return `bench.e${endpoint}`;
}

/** Resolves when so many were delivered. */
function delivered(sender: Sender, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve, reject) => {
    const stop = sender.observe((outcome) => {
      if (outcome.kind !== 'attempt') return;
      if (outcome.outcome !== 'delivered')
        reject(new Error(`an attempt failed: ${outcome.status ?? outcome.error}`));
      left -= 1;
      if (left > 0) return;
      stop();
      resolve();
    });
  });
}
