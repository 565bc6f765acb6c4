import { postgresStore } from '@countersign/postgres';
import { createSender } from '@countersign/sender';
import { expect, onTestFinished, test } from 'vitest';
import { gate } from '../sender/engine/gate.js';
import { openSink } from '../sender/engine/sink.js';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres } from '../services/services.js';
import { buildProgram, ChildProcess } from './program.js';
import { stoppedOptions } from './stopped-options.js';

/** A lease that nobody extends, and the look at the record after it. */
const TAKEN_OVER_WITHIN_MS = 25_000;

describeWithPostgres('a sender that is stopped beyond its lease', () => {
  test('writes nothing of what another has taken over, is told so, and all is delivered', {
    timeout: 60_000,
  }, async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const sink = await openSink(Date.now);
    onTestFinished(() => sink.close());
    const stopped = gate();
    const other = gate();
    // The first exchange, the two of the stopped one, and what the other one makes.
    sink.answer('/', (request, count) => {
      if (count === 1) return 200;
      return (count <= 3 ? stopped : other).answering(request, count);
    });
    const sender = createSender({
      ...stoppedOptions,
      store: postgresStore({ client: pool, schema }),
      onEvent: () => {},
    });
    onTestFinished(() => sender.stop());
    const { id: endpointId } = await sender.endpoints.create({ url: sink.url('/') });
    const sent = await sender.sendMany([0, 1, 2].map((data) => ({ type: 't', data })));
    const deliveryOf = async (event: number) => {
      const { data } = await sender.deliveries.list({ eventId: sent[event]?.id ?? '' });
      return sender.deliveries.get(data[0]?.id ?? '');
    };

    const child = new ChildProcess(await buildProgram('worker-program.ts'), { url: databaseUrl, schema });
    await expect.poll(() => sink.open('/')).toBe(2);
    await child.printed('settled true');
    child.signal('SIGSTOP');

    await sender.start();
    await expect.poll(() => sink.requests.length, { timeout: TAKEN_OVER_WITHIN_MS }).toBe(4);
    other.give(200);
    await expect.poll(() => sink.requests.length).toBe(5);
    await expect.poll(() => deliveryOf(1)).toMatchObject({ status: 'delivered' });

    const settled = child.lines.length;
    stopped.give(500);
    stopped.give(201);
    child.signal('SIGCONT');
    await child.printed('lane_lost');
    expect(child.lines.slice(settled)).toContain('settled false');
    expect(child.lines.slice(settled)).not.toContain('settled true');
    expect(await deliveryOf(1)).toMatchObject({
      status: 'delivered',
      attempts: [{ number: 1, status: 200 }],
    });
    expect(await deliveryOf(2)).toMatchObject({ status: 'pending', attempts: [] });

    other.give(202);
    await expect.poll(() => deliveryOf(2)).toMatchObject({ status: 'delivered' });
    expect((await deliveryOf(2)).attempts).toMatchObject([{ number: 1, status: 202 }]);
    expect(sink.requests.map(({ id }) => id)).toEqual([0, 1, 2, 1, 2].map((event) => sent[event]?.id));
    expect(await sender.endpoints.stats(endpointId)).toMatchObject({
      total: 3,
      successful: 3,
      failed: 0,
      pending: 0,
    });
  });
});
