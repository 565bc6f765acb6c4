import { describe, expect, test } from 'vitest';
import { gate } from './gate.js';
import { type Stage, stage } from './harness.js';
import type { StoreTap } from './store-tap.js';

const lost = (on: Stage): readonly unknown[] => on.notices().filter(({ code }) => code === 'lane_lost');

/** Its renewals never come through. */
const cutOff: StoreTap = (call, run) => (call === 'renew' ? new Promise(() => {}) : run());

describe('two senders over one store', () => {
  test('make each delivery once', async () => {
    const a = await stage({ isStarted: false });
    const b = await stage({ beside: a, isStarted: false });
    const ids: string[] = [];
    for (let endpoint = 0; endpoint < 8; endpoint += 1) ids.push((await a.endpoint(`/${endpoint}`)).id);
    await Promise.all([a.sender.start(), b.sender.start()]);
    for (let sent = 0; sent < 20; sent += 1) await (sent % 2 === 0 ? a : b).send();
    // What one routes for a lane that the other is about to let go of is found by the next look at the record.
    await a.pass(() => a.sink.requests.length >= 160, 1000);
    for (const id of ids) await a.untilStatuses(id, ...Array(20).fill('delivered'));
    expect(a.sink.requests).toHaveLength(160);
    for (let endpoint = 0; endpoint < 8; endpoint += 1) {
      expect(new Set(a.sink.at(`/${endpoint}`).map(({ id }) => id)).size).toBe(20);
    }
    expect([...lost(a), ...lost(b)]).toEqual([]);
  });

  test('keep the concurrency and the order of an endpoint together', async () => {
    const a = await stage();
    const b = await stage({ beside: a });
    const { id } = await a.endpoint('/a', { concurrency: 1 });
    const events = [...Array(30).keys()].map((n) => ({ type: 't', data: n, orderingKey: 'k' }));
    for (const [index, event] of events.entries()) await (index % 3 === 0 ? a : b).sender.send(event);
    await a.pass(() => a.sink.requests.length >= 30, 1000);
    await a.untilStatuses(id, ...Array(30).fill('delivered'));
    expect(a.sink.at('/a').map(({ body }) => JSON.parse(body).data)).toEqual([...Array(30).keys()]);
    expect(a.sink.mostOpen('/a')).toBe(1);
  });

  test('what one of them sends is delivered by the other within 5 seconds, where it does not deliver itself', async () => {
    const a = await stage({ isStarted: false });
    const b = await stage({ beside: a });
    const { id } = await a.endpoint('/a');
    await b.quiet();
    await a.send();
    await b.clock.advance(5000);
    await a.untilStatuses(id, 'delivered');
    expect(b.started).toHaveLength(1);
  });
});

describe('a sender that is cut off loses its lanes', () => {
  test('after one lease the other takes over; what the first one has to say is not written, and it is told so', async () => {
    const a = await stage({ tap: cutOff });
    const { answering, give } = gate();
    a.sink.answer('/a', answering);
    const { id } = await a.endpoint('/a');
    const eventId = await a.send();
    await a.until(() => a.sink.open('/a') === 1);
    await a.quiet();
    const b = await stage({ beside: a });
    await b.clock.advance(14_000);
    expect(b.started).toHaveLength(0);
    await b.clock.advance(2000);
    await b.until(() => a.sink.at('/a').length === 2);

    give(500);
    await a.until(() => lost(a).length === 1);
    expect(lost(a)).toMatchObject([{ endpointId: id }]);
    expect((await b.sender.deliveries.list({ endpointId: id })).data).toMatchObject([
      { status: 'pending', attemptCount: 0 },
    ]);
    give(200);
    await b.untilStatuses(id, 'delivered');
    expect((await b.untilAttempts(id, 1)).attempts).toMatchObject([{ number: 1, status: 200 }]);
    expect(a.sink.at('/a').map((request) => request.id)).toEqual([eventId, eventId]);
    expect(lost(b)).toEqual([]);
  });

  test('it starts nothing more there, and works lanes again once it is back', async () => {
    const a = await stage({ isStarted: false, tap: cutOff });
    const { answering, give } = gate();
    a.sink.answer('/a', answering);
    const { id } = await a.endpoint('/a', { concurrency: 1 });
    await a.send({ data: 1 });
    await a.send({ data: 2 });
    await a.sender.start();
    await a.until(() => a.sink.open('/a') === 1);
    const b = await stage({ beside: a });
    await b.clock.advance(16_000);
    await b.until(() => a.sink.open('/a') === 2);
    give(200);
    await a.until(() => lost(a).length === 1);
    await a.quiet();
    expect(a.started).toHaveLength(1);
    give(200);
    give(200);
    await b.untilStatuses(id, 'delivered', 'delivered');

    await b.sender.stop();
    a.sink.answer('/a', 200);
    await a.send();
    await a.untilStatuses(id, 'delivered', 'delivered', 'delivered');
    expect(a.started).toHaveLength(2);
  });

  test('it starts nothing more once the lease that it renewed last may have ended', async () => {
    let renewals = 0;
    const tap: StoreTap = (call, run) => {
      if (call !== 'renew') return run();
      renewals += 1;
      return renewals === 1 ? run() : Promise.reject(new Error('no connection'));
    };
    const a = await stage({ isStarted: false, tap, requestTimeoutMs: 120_000 });
    const { answering, give } = gate();
    a.sink.answer('/a', answering);
    await a.endpoint('/a', { concurrency: 1 });
    for (let sent = 0; sent < 3; sent += 1) await a.send();
    await a.sender.start();
    await a.until(() => a.sink.open('/a') === 1);
    await a.quiet();
    await a.clock.advance(19_000);
    give(200);
    await a.until(() => a.sink.at('/a').length === 2);
    await a.quiet();
    await a.clock.advance(1000);
    give(200);
    await a.until(() => a.attempts().length === 2);
    await a.quiet();
    expect(a.started).toHaveLength(2);
  });

  test('one whose renewals come through keeps a lane for as long as an exchange lasts', async () => {
    const a = await stage({ requestTimeoutMs: 120_000 });
    const { answering, give } = gate();
    a.sink.answer('/a', answering);
    const { id } = await a.endpoint('/a');
    await a.send();
    await a.until(() => a.sink.open('/a') === 1);
    await a.quiet();
    const b = await stage({ beside: a });
    await b.clock.advance(100_000);
    expect(b.started).toEqual([]);
    give(200);
    await a.untilStatuses(id, 'delivered');
  });

  test('a renewal that finds a lane taken over ends it: nothing new is started', async () => {
    let isCutOff = true;
    const tap: StoreTap = async (call, run) => {
      if (call === 'renew' && isCutOff) throw new Error('no connection');
      return run();
    };
    const a = await stage({ isStarted: false, tap, requestTimeoutMs: 120_000 });
    const { answering, give } = gate();
    a.sink.answer('/a', answering);
    const { id } = await a.endpoint('/a');
    for (let sent = 0; sent < 4; sent += 1) await a.send();
    await a.sender.start();
    await a.until(() => a.sink.open('/a') === 1);
    const b = await stage({ beside: a, requestTimeoutMs: 120_000 });
    await b.clock.advance(16_000);
    await b.until(() => a.sink.open('/a') === 2);
    isCutOff = false;
    await b.clock.advance(5000);
    await b.quiet();
    give(200);
    await a.until(() => lost(a).length === 1);
    await a.quiet();
    expect(a.started).toHaveLength(1);
    a.sink.answer('/a', 200);
    give(200);
    await b.untilStatuses(id, ...Array(4).fill('delivered'));
  });
});
