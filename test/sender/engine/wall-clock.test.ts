import { createSender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Bell } from './bell.js';
import { openSink, type Sink } from './sink.js';

const DAY_MS = 24 * 3_600_000;
const RETRY_MS = 250;

/** A sender on the platform's clocks, and a wall clock that can be set. */
async function onRealTime() {
  const realNow = Date.now;
  const wall = { offsetMs: 0 };
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + wall.offsetMs);
  const sink: Sink = await openSink(() => performance.now());
  const bell = new Bell();
  sink.onChange(() => bell.ring());
  const sender = createSender({
    store: memoryStore(),
    allowHttp: true,
    allowPrivateNetworks: true,
    retry: { delaysMs: [0, RETRY_MS, RETRY_MS, RETRY_MS] },
    onEvent: () => bell.ring(),
  });
  onTestFinished(async () => {
    await sender.stop({ timeoutMs: 0 });
    await sink.close();
    spy.mockRestore();
  });
  await sender.start();
  return { sender, sink, bell, wall, now: () => realNow() + wall.offsetMs };
}

for (const [name, jumpsMs] of [
  ['forward a day', [DAY_MS, 0, 0]],
  ['back a day', [-DAY_MS, 0, 0]],
  ['forward and back, again and again', [DAY_MS, -2 * DAY_MS, DAY_MS]],
] as const) {
  test(`the wall clock jumps ${name}: retries come neither early nor late, and are signed with its time`, async () => {
    const { sender, sink, bell, wall, now } = await onRealTime();
    sink.answer('/a', 500, 500, 500, 200);
    const { id } = await sender.endpoints.create({ url: sink.url('/a') });
    await sender.send({ type: 'a', data: {} });
    const signedAfterMs: number[] = [];
    for (const [index, jumpMs] of [...jumpsMs, 0].entries()) {
      await bell.until(() => sink.at('/a').length === index + 1);
      const signedMs = Number(sink.at('/a')[index]?.headers['webhook-timestamp']) * 1000;
      signedAfterMs.push(now() - signedMs);
      wall.offsetMs += jumpMs;
    }
    await bell.until(
      async () => (await sender.deliveries.list({ endpointId: id })).data[0]?.status === 'delivered',
    );

    const times = sink.at('/a').map(({ atMs }) => atMs);
    const waitsMs = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    for (const waitMs of waitsMs) {
      expect(waitMs).toBeGreaterThan(RETRY_MS - 5);
      expect(waitMs).toBeLessThan(RETRY_MS + 3000);
    }
    for (const afterMs of signedAfterMs) {
      expect(afterMs).toBeGreaterThanOrEqual(-1);
      expect(afterMs).toBeLessThan(4000);
    }
    const [delivery] = (await sender.deliveries.list({ endpointId: id })).data;
    const { attempts } = await sender.deliveries.get(delivery?.id ?? '');
    for (const { durationMs } of attempts) {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(durationMs).toBeLessThan(5000);
    }
  });
}
