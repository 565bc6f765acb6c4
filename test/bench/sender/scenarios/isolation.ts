import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../../measure/quantile.js';
import { DATA } from '../payload.js';
import { type Figures, onDelivered, openSender, type Place } from './scenario.js';

const ENDPOINTS = 100;
const PER_SECOND = 400;
const WARM_UP_SHARE = 0.2;

/**
 * From `send` resolved to 2xx received at 50 healthy endpoints, at a steady 400 events a second over 100 endpoints: while
 * the other half is healthy too, and while it hangs.
 */
export async function isolation(place: Place): Promise<Figures> {
  const undisturbed = await latencies(place, 'undisturbed', place.urls);
  const disturbed = await latencies(place, 'disturbed', place.silentUrls);
  return {
    'undisturbed p50': quantile(undisturbed, 0.5),
    'undisturbed p99': quantile(undisturbed, 0.99),
    'disturbed p50': quantile(disturbed, 0.5),
    'disturbed p99': quantile(disturbed, 0.99),
  };
}

async function latencies(
  place: Place,
  name: string,
  otherUrls: readonly string[],
): Promise<readonly number[]> {
  const sender = openSender(join(place.directory, `${name}.db`));
  for (let i = 0; i < ENDPOINTS; i += 1) {
    const urls = i < ENDPOINTS / 2 ? place.urls : otherUrls;
    await sender.endpoints.create({ url: urls[i % urls.length] ?? '', events: [`bench.e${i}`] });
  }
  const sentAtMs = new Map<string, number>();
  const samples: number[] = [];
  onDelivered(sender, (eventId) => {
    const sentMs = sentAtMs.get(eventId);
    if (sentMs !== undefined) samples.push(performance.now() - sentMs);
    sentAtMs.delete(eventId);
  });
  await sender.start();
  const count = place.size * PER_SECOND;
  const startMs = performance.now();
  for (let sent = 0; sent < count; sent += 1) {
    const waitMs = startMs + (1000 * sent) / PER_SECOND - performance.now();
    if (waitMs > 1) await delay(waitMs);
    const endpoint = sent % ENDPOINTS;
    const isMeasured = endpoint < ENDPOINTS / 2 && sent > count * WARM_UP_SHARE;
    void sender.send({ type: `bench.e${endpoint}`, data: DATA }).then(({ id }) => {
      if (isMeasured) sentAtMs.set(id, performance.now());
    });
  }
  while (sentAtMs.size > 0) await delay(10);
  await sender.stop({ timeoutMs: 0 });
  return samples;
}
