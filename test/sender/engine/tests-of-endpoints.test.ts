import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Gate, gate } from './gate.js';
import { refusal, type Stage, stage } from './harness.js';

/** Endpoints at one gate, each with a test that was asked for. */
async function testing(on: Stage, count: number): Promise<{ answers: Gate; tests: Promise<unknown>[] }> {
  const answers = gate();
  on.sink.answer('/a', answers.answering);
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) ids.push((await on.endpoint('/a')).id);
  const tests = ids.map((id) => on.sender.endpoints.test(id));
  await on.quiet();
  return { answers, tests };
}

describe('a test of an endpoint takes a slot like any other exchange', () => {
  test('with `concurrency: 2` there are never more than 2 at once, and all of them end', async () => {
    const on = await stage({ isStarted: false, concurrency: 2 });
    const { answers, tests } = await testing(on, 6);
    expect(on.sink.open('/a')).toBe(2);
    expect((await on.sender.totals()).inFlight).toBe(2);
    for (let given = 0; given < 6; given += 1) answers.give(200);
    expect(await Promise.all(tests)).toMatchObject(Array(6).fill({ isDelivered: true, status: 200 }));
    expect(on.sink.mostOpen('/a')).toBe(2);
    expect((await on.sender.totals()).inFlight).toBe(0);
  });

  test('it waits for a delivery, and a delivery for it', async () => {
    const on = await stage({ concurrency: 1 });
    const answers = gate();
    on.sink.answer('/a', answers.answering);
    const { id } = await on.endpoint('/a');
    await on.send();
    await on.until(() => on.sink.open('/a') === 1);
    const tested = on.sender.endpoints.test(id);
    await on.quiet();
    expect(on.started).toHaveLength(1);
    answers.give(200);
    await on.until(() => on.sink.at('/a').length === 2);
    await on.send();
    await on.quiet();
    expect(on.started).toHaveLength(2);
    answers.give(200);
    answers.give(200);
    expect(await tested).toMatchObject({ isDelivered: true });
    await on.untilStatuses(id, 'delivered', 'delivered');
  });

  test('it takes it from the share of its tenant: those of others find one free', async () => {
    const on = await stage({ isStarted: false, concurrency: 4, slowConcurrency: 1 });
    on.sink.answer('/a', 'hang');
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1) ids.push((await on.endpoint('/a', { tenant: 'a' })).id);
    const other = await on.endpoint('/b', { tenant: 'b' });
    const hanging = ids.map((id) => on.sender.endpoints.test(id, { tenant: 'a' }));
    await on.quiet();
    expect(on.sink.open('/a')).toBe(3);
    expect(await on.sender.endpoints.test(other.id, { tenant: 'b' })).toMatchObject({ isDelivered: true });
    let ended = 0;
    const end = (): void => {
      ended += 1;
    };
    for (const tested of hanging) tested.then(end, end);
    await on.pass(() => ended === 5, 1000);
    expect(await Promise.all(hanging)).toMatchObject(Array(5).fill({ isDelivered: false }));
  });

  test('it gives it back where the endpoint fails, does not answer, or cannot be used at all', async () => {
    const key = (id: string) => ({ id, key: randomBytes(32).toString('base64') });
    const before = await stage({ isStarted: false, encryption: { keys: [key('k1')] } });
    const sealed = await before.endpoint('/sealed');
    const on = await stage({
      beside: before,
      isStarted: false,
      encryption: { keys: [key('k2')] },
      concurrency: 1,
      requestTimeoutMs: 1000,
    });
    on.sink.answer('/a', 500, 'hang', 200);
    const { id } = await on.endpoint('/a');
    for (let times = 0; times < 3; times += 1) {
      expect(await refusal(() => on.sender.endpoints.test(sealed.id))).toMatchObject({
        code: 'encryption_key_missing',
      });
    }
    expect(await on.sender.endpoints.test(id)).toMatchObject({ status: 500 });
    const late = on.sender.endpoints.test(id);
    await on.until(() => on.sink.open('/a') === 1);
    await on.clock.advance(1000);
    expect(await late).toMatchObject({ status: undefined });
    expect(await on.sender.endpoints.test(id)).toMatchObject({ isDelivered: true });
    expect((await on.sender.totals()).inFlight).toBe(0);
  });
});
