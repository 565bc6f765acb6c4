import { createSender, httpTransport } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { describe, expect, test } from 'vitest';
import { gate } from './gate.js';
import { refusal, type Stage, stage } from './harness.js';

/** Two deliveries: one in flight at a gate, one that waits behind it. */
async function inFlight() {
  const on = await stage({ isStarted: false });
  const { answering, give } = gate();
  on.sink.answer('/a', answering);
  const { id } = await on.endpoint('/a', { concurrency: 1 });
  await on.send();
  await on.send();
  await on.sender.start();
  await on.until(() => on.sink.open('/a') === 1);
  return { on, id, give };
}

/** Whether a promise has settled by now. */
async function isSettled(on: Stage, promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  promise.then(mark, mark);
  await on.quiet();
  return settled;
}

const statuses = async (on: Stage, endpointId: string): Promise<readonly string[]> => {
  const { data } = await on.store.records.deliveries('*', { endpointId, limit: 10 });
  return data.map(({ status }) => status).toReversed();
};

describe('stop', () => {
  test('waits for what is in flight, records it, and starts nothing more', async () => {
    const { on, id, give } = await inFlight();
    const stopping = on.sender.stop();
    expect(await isSettled(on, stopping)).toBe(false);
    await on.clock.advance(9999);
    expect(await isSettled(on, stopping)).toBe(false);
    give(200);
    await stopping;
    expect(await statuses(on, id)).toEqual(['delivered', 'pending']);
    expect(on.started).toHaveLength(1);
  });

  test('keeps the lease while it waits', async () => {
    const { on, id, give } = await inFlight();
    const stopping = on.sender.stop({ timeoutMs: 29_000 });
    await on.quiet();
    const other = await stage({ beside: on });
    await on.clock.advance(25_000);
    expect(other.started).toEqual([]);
    give(200);
    await stopping;
    give(200);
    await on.clock.advance(5000);
    await other.untilStatuses(id, 'delivered', 'delivered');
    expect(on.sink.at('/a')).toHaveLength(2);
  });

  test('gives up after `timeoutMs`; what was cut off is still pending, and another sender sends it again at once', async () => {
    const { on, id, give } = await inFlight();
    const stopping = on.sender.stop({ timeoutMs: 3000 });
    await on.quiet();
    await on.clock.advance(2999);
    expect(await isSettled(on, stopping)).toBe(false);
    await on.clock.advance(1);
    await stopping;
    expect(await statuses(on, id)).toEqual(['pending', 'pending']);
    expect(on.attempts()).toEqual([]);

    give(200);
    on.sink.answer('/a', 200);
    const other = await stage({ beside: on });
    await on.quiet();
    await on.clock.advance(15_000);
    await other.untilStatuses(id, 'delivered', 'delivered');
    const [first, ...again] = on.sink.at('/a').map((request) => request.id);
    expect(again).toContain(first);
  });

  test('leaves nothing behind: no timer, no connection, no lane', async () => {
    const { on, give } = await inFlight();
    give(500);
    give(200);
    await on.until(() => on.attempts().length === 2);
    await on.sender.stop();
    expect(on.clock.pending).toBe(0);
    const { lanes, inFlight: open } = {
      lanes: (await on.store.work.outlook({ limit: 10 })).due.length,
      inFlight: on.sink.open('/a'),
    };
    expect({ lanes, open }).toEqual({ lanes: 0, open: 0 });
  });

  test('closes the transport, and then the store', async () => {
    const closed: string[] = [];
    const inner = httpTransport();
    const on = await stage({
      transport: {
        exchange: (request) => inner.exchange(request),
        async close() {
          await inner.close();
          closed.push('transport');
        },
      },
      tap: (call, run) => {
        if (call === 'close') closed.push('store');
        return run();
      },
    });
    await on.sender.stop();
    expect(closed).toEqual(['transport', 'store']);
  });

  test('lets go of the lane: another sender goes on with what is left without waiting for a lease', async () => {
    const { on, id, give } = await inFlight();
    const stopping = on.sender.stop();
    give(200);
    await stopping;
    const other = await stage({ beside: on });
    give(200);
    await other.untilStatuses(id, 'delivered', 'delivered');
    expect(other.started).toHaveLength(1);
    expect(on.started[0]?.atMs).toBe(other.started[0]?.atMs);
  });

  test('ends although the store fails: outcomes that could not be recorded are repeated', async () => {
    const { on, id, give } = await inFlight();
    on.tap = async (call, run) => {
      if (call === 'settle') throw new Error('the disk is gone');
      return run();
    };
    give(200);
    await on.until(() => on.attempts().length === 1);
    const stopping = on.sender.stop({ timeoutMs: 2000 });
    await on.quiet();
    await on.clock.advance(2000);
    await stopping;
    expect((await statuses(on, id))[0]).toBe('pending');
  });

  test('twice is once, also at the same time', async () => {
    const { on, give } = await inFlight();
    const both = Promise.all([on.sender.stop(), on.sender.stop()]);
    give(200);
    await both;
    await on.sender.stop();
  });

  test('refuses a timeout that is none, and goes on working', async () => {
    const on = await stage();
    for (const timeoutMs of [-1, Number.NaN]) {
      expect((await refusal(() => on.sender.stop({ timeoutMs }))).code).toBe('invalid_input');
    }
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.untilStatuses(id, 'delivered');
  });
});

describe('a sender that was stopped', () => {
  test('refuses every call with `sender_stopped`', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    await on.sender.stop();
    const { sender } = on;
    const calls: readonly (() => Promise<unknown>)[] = [
      () => on.send(),
      () => sender.sendMany([{ type: 'a', data: 1 }]),
      () => on.endpoint('/b'),
      () => sender.endpoints.get(id),
      () => sender.endpoints.list(),
      () => sender.endpoints.update(id, { name: 'x' }),
      () => sender.endpoints.delete(id),
      () => sender.endpoints.test(id),
      () => sender.endpoints.stats(id),
      () => sender.deliveries.list({ status: 'failed' }),
      () => sender.deliveries.recover({ endpointId: id }),
      () => sender.totals(),
      () => sender.start(),
    ];
    for (const call of calls) expect((await refusal(call)).code).toBe('sender_stopped');
  });

  test('before it was started, cannot be started', async () => {
    const on = await stage({ isStarted: false });
    await on.sender.stop();
    expect((await refusal(() => on.sender.start())).code).toBe('sender_stopped');
    expect(on.clock.pending).toBe(0);
  });

  test('while it started, or just before, has nothing running', async () => {
    for (const order of ['start first', 'stop first']) {
      const on = await stage({ isStarted: false });
      await on.endpoint('/a');
      await on.send();
      const calls =
        order === 'start first'
          ? [on.sender.start(), on.sender.stop()]
          : [on.sender.stop(), on.sender.start()];
      await Promise.allSettled(calls);
      await on.quiet();
      expect(on.clock.pending).toBe(0);
      expect(on.started.length).toBeLessThanOrEqual(order === 'start first' ? 1 : 0);
    }
  });

  test('that never opened its store does not open it to close it', async () => {
    const calls: string[] = [];
    const store = memoryStore();
    const sender = createSender({
      store: {
        ...store,
        open: async () => void calls.push('open'),
        close: async () => void calls.push('close'),
      },
      onEvent: () => {},
    });
    await sender.stop();
    expect(calls).toEqual([]);
  });
});

describe('start', () => {
  test('twice is once, also at the same time', async () => {
    const opens: string[] = [];
    const on = await stage({
      isStarted: false,
      tap: (call, run) => {
        if (call === 'open') opens.push(call);
        return run();
      },
    });
    const { id } = await on.endpoint('/a');
    await Promise.all([on.sender.start(), on.sender.start()]);
    await on.sender.start();
    await on.send();
    await on.untilStatuses(id, 'delivered');
    expect(on.started).toHaveLength(1);
    expect(opens).toHaveLength(1);
  });

  test('that failed can be made again', async () => {
    let isBroken = true;
    const on = await stage({
      isStarted: false,
      tap: async (call, run) => {
        if (call === 'open' && isBroken) throw new Error('no such file');
        return run();
      },
    });
    await expect(on.sender.start()).rejects.toThrow('no such file');
    await expect(on.send()).rejects.toThrow('no such file');
    isBroken = false;
    const { id } = await on.endpoint('/a');
    await on.sender.start();
    await on.send();
    await on.untilStatuses(id, 'delivered');
  });

  test('delivers what was sent before it, by this sender or by one that ended', async () => {
    const before = await stage({ isStarted: false });
    const { id } = await before.endpoint('/a');
    await before.send();
    await before.sender.stop();
    const after = await stage({ beside: before, isStarted: false });
    await after.send();
    await after.sender.start();
    await after.untilStatuses(id, 'delivered', 'delivered');
  });

  test('is not needed to send, to read and to edit', async () => {
    const on = await stage({ isStarted: false });
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.sender.endpoints.update(id, { name: 'x' });
    await on.quiet();
    await on.clock.advance(60_000);
    expect(on.started).toEqual([]);
    expect(on.clock.pending).toBe(0);
  });
});

describe('a transport that does not close', () => {
  test.each([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['never ends', () => new Promise<void>(() => {})],
  ])('because its `close` %s keeps neither `stop` from ending nor the store open', async (_, close) => {
    const on = await stage({ transport: { exchange: () => new Promise(() => {}), close } });
    const calls: string[] = [];
    on.tap = (call, run) => {
      calls.push(call);
      return run();
    };
    const stopping = on.sender.stop().catch((error: unknown) => error);
    await on.clock.advance(1000);
    await stopping;
    expect(calls).toContain('close');
  });
});

test('a test that waits for its turn begins nothing once the sender is stopped', async () => {
  const on = await stage({ concurrency: 1, slowConcurrency: 1 });
  on.sink.answer('/a', 'hang');
  const { id } = await on.endpoint('/a');
  const first = on.sender.endpoints.test(id);
  const second = on.sender.endpoints.test(id).catch((error: unknown) => error);
  await on.until(() => on.sink.open('/a') === 1);
  await on.sender.stop();
  await first;
  expect(await second).toMatchObject({ code: 'sender_stopped' });
  expect(on.started).toHaveLength(1);
});
