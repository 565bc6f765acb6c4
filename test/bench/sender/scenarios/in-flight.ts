import { join } from 'node:path';
import { DATA } from '../payload.js';
import { type Figures, openSender, type Place, settledRssMiB } from './scenario.js';

const LOOK_EVERY_MS = 20;

/** Resident memory while so many exchanges wait for an answer that does not come, each at an endpoint of its own. */
export async function inFlight({ directory, silentUrls, size }: Place): Promise<Figures> {
  const sender = openSender(join(directory, 'webhooks.db'), { concurrency: size });
  for (let i = 0; i < size; i += 1) {
    await sender.endpoints.create({ url: silentUrls[i % silentUrls.length] ?? '', events: ['bench.sent'] });
  }
  const before = settledRssMiB();
  await sender.send({ type: 'bench.sent', data: DATA });
  await sender.start();
  while ((await sender.totals()).inFlight < size) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const during = settledRssMiB();
  await sender.stop({ timeoutMs: 0 });
  return { 'MiB before': before, 'MiB during': during };
}
