import { join } from 'node:path';
import { DATA } from '../payload.js';
import { delivered, type Figures, openSender, type Place, settledRssMiB } from './scenario.js';

const BATCH = 1000;

/** One event for so many endpoints, and then so many endpoints with an event each. */
export async function fanOut({ directory, urls, size }: Place): Promise<Figures> {
  const sender = openSender(join(directory, 'webhooks.db'));
  for (let i = 0; i < size; i += 1) {
    await sender.endpoints.create({ url: urls[i % urls.length] ?? '', events: ['bench.all', `bench.e${i}`] });
  }
  await sender.start();
  const timed = async (send: () => Promise<unknown>): Promise<number> => {
    const done = delivered(sender, size);
    const startMs = performance.now();
    await send();
    await done;
    return performance.now() - startMs;
  };
  const oneMs = await timed(() => sender.send({ type: 'bench.all', data: DATA }));
  const eachMs = await timed(async () => {
    for (let from = 0; from < size; from += BATCH) {
      const length = Math.min(BATCH, size - from);
      await sender.sendMany(Array.from({ length }, (_, i) => ({ type: `bench.e${from + i}`, data: DATA })));
    }
  });
  const rss = settledRssMiB();
  await sender.stop();
  return { 'one event, ms': oneMs, 'an event each, ms': eachMs, 'MiB RSS': rss };
}
