import { join } from 'node:path';
import { DATA } from '../payload.js';
import { delivered, type Figures, openSender, type Place, settledRssMiB } from './scenario.js';

const BATCH = 1000;
const HEALTHY = 10_000;
const DAY_MS = 24 * 3_600_000;
const WAITING_ENDPOINTS = 100;

/** What a backlog of so many deliveries costs those that are not in it. */
export async function backlog({ directory, urls, size }: Place): Promise<Figures> {
  const path = join(directory, 'webhooks.db');
  const filling = openSender(path);
  const url = urls[0] ?? '';
  for (let i = 0; i < WAITING_ENDPOINTS; i += 1) {
    await filling.endpoints.create({ url, events: [`waiting.e${i}`], retry: { delaysMs: [DAY_MS] } });
  }
  await filling.endpoints.create({ url, events: ['bench.sent'], concurrency: 64 });
  await filling.start();
  for (let from = 0; from < size; from += BATCH) {
    const length = Math.min(BATCH, size - from);
    await filling.sendMany(
      Array.from({ length }, (_, i) => ({ type: `waiting.e${(from + i) % WAITING_ENDPOINTS}`, data: 0 })),
    );
  }
  while ((await filling.totals()).pending < size) await new Promise((resolve) => setTimeout(resolve, 20));
  await filling.stop();

  const sender = openSender(path);
  const openedMs = performance.now();
  await sender.totals();
  const totalsMs = performance.now() - openedMs;
  await sender.start();
  const done = delivered(sender, HEALTHY);
  const startMs = performance.now();
  for (let from = 0; from < HEALTHY; from += BATCH) {
    await sender.sendMany(Array.from({ length: BATCH }, () => ({ type: 'bench.sent', data: DATA })));
  }
  await done;
  const elapsedMs = performance.now() - startMs;
  const rss = settledRssMiB();
  await sender.stop();
  return { 'deliveries/s': (1000 * HEALTHY) / elapsedMs, 'MiB RSS': rss, 'ms to open and count': totalsMs };
}
