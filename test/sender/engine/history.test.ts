import { describe, expect, test } from 'vitest';
import { refusal, stage } from './harness.js';

const HOUR = 3_600_000;

describe('the history of a delivery', () => {
  test('has every attempt: its number, time, duration, status, and the bodies of failures alone', async () => {
    const on = await stage({ retry: { delaysMs: [0, 1000, 1000] } });
    on.sink.answer('/a', { status: 500, body: 'first' }, 'reset', { status: 200, body: 'fine' });
    const { id } = await on.endpoint('/a');
    const startedMs = on.clock.now();
    await on.send();
    for (const count of [1, 2]) {
      await on.untilAttempts(id, count);
      await on.quiet();
      await on.clock.advance(1000);
    }
    await on.untilStatuses(id, 'delivered');
    const { attempts } = await on.untilAttempts(id, 3);
    const at = (afterMs: number): Date => new Date(startedMs + afterMs);
    const common = { durationMs: 0, error: undefined, responseBody: undefined };
    expect(attempts).toEqual([
      { ...common, number: 1, at: at(0), status: 500, responseBody: 'first' },
      { ...common, number: 2, at: at(1000), status: undefined, error: expect.stringMatching(/^reset: /) },
      { ...common, number: 3, at: at(2000), status: 200 },
    ]);
  });

  const kept: readonly (readonly ['always' | 'never' | 'failures', readonly (string | undefined)[]])[] = [
    ['always', ['bad', 'good']],
    ['failures', ['bad', undefined]],
    ['never', [undefined, undefined]],
  ];
  for (const [storeResponseBody, bodies] of kept) {
    test(`storeResponseBody: '${storeResponseBody}'`, async () => {
      const on = await stage({ storeResponseBody, retry: { delaysMs: [0, 1] } });
      on.sink.answer('/a', { status: 500, body: 'bad' }, { status: 200, body: 'good' });
      const { id } = await on.endpoint('/a');
      await on.send();
      await on.untilAttempts(id, 1);
      await on.quiet();
      await on.clock.advance(1);
      expect((await on.untilAttempts(id, 2)).attempts.map(({ responseBody }) => responseBody)).toEqual(
        bodies,
      );
    });
  }

  test('keeps 4 KiB of a body as text, without what some databases do not take', async () => {
    const on = await stage({ retry: { delaysMs: [0] } });
    on.sink.answer('/long', { status: 500, body: 'x'.repeat(100_000) });
    on.sink.answer('/bytes', { status: 500, body: Buffer.from([0x61, 0x00, 0xff, 0xc3, 0xa4]) });
    const long = await on.endpoint('/long');
    const bytes = await on.endpoint('/bytes');
    await on.send();
    await on.untilStatuses(long.id, 'failed');
    await on.untilStatuses(bytes.id, 'failed');
    expect((await on.untilAttempts(long.id, 1)).attempts[0]?.responseBody).toBe('x'.repeat(4096));
    expect((await on.untilAttempts(bytes.id, 1)).attempts[0]?.responseBody).toBe('a\uFFFD\uFFFDä');
  });

  test('is forgotten after 30 days with its event, unless something of it is pending', async () => {
    const month = 30 * 24 * HOUR;
    const retry = { delaysMs: [0, month, month, month] };
    const before = await stage({ retry });
    before.sink.answer('/b', 500);
    const a = await before.endpoint('/a', { events: ['only.a', 'both'] });
    const b = await before.endpoint('/b', { events: ['both'] });
    await before.send({ id: 'gone', type: 'only.a' });
    await before.send({ id: 'kept', type: 'both' });
    await before.untilStatuses(a.id, 'delivered', 'delivered');
    await before.untilAttempts(b.id, 1);
    await before.sender.stop();
    for (const [days, left] of [
      [29, 2],
      [2, 1],
    ] as const) {
      await before.clock.leap(days * 24 * HOUR);
      const after = await stage({ beside: before, retry });
      await after.quiet();
      const { data } = await after.sender.deliveries.list({ endpointId: a.id });
      expect(data.map(({ eventId }) => eventId)).toEqual(left === 2 ? ['kept', 'gone'] : ['kept']);
      await after.untilStatuses(b.id, 'pending');
      expect(await after.sender.send({ id: 'kept', type: 'both', data: {} })).toMatchObject({ isNew: false });
      await after.sender.stop();
    }
    const last = await stage({ beside: before });
    expect(await last.sender.send({ id: 'gone', type: 'only.a', data: {} })).toMatchObject({ isNew: true });
  });

  test('is kept for as long as `retentionDays` says, or for ever', async () => {
    for (const [retentionDays, count] of [
      [1, 0],
      [false, 1],
    ] as const) {
      const before = await stage();
      const { id } = await before.endpoint('/a');
      await before.send();
      await before.untilStatuses(id, 'delivered');
      await before.sender.stop();
      await before.clock.leap(400 * 24 * HOUR);
      const after = await stage({ beside: before, retentionDays });
      await after.quiet();
      expect((await after.sender.deliveries.list({ endpointId: id })).data).toHaveLength(count);
    }
  });
});

describe('lists of deliveries', () => {
  test('are newest first, page by page, each delivery once, also while others are added', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a');
    const sent: string[] = [];
    for (let index = 0; index < 7; index += 1) sent.push(await on.send());
    await on.untilStatuses(id, ...Array(7).fill('delivered'));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await on.sender.deliveries.list({ endpointId: id, limit: 3, cursor });
      found.push(...page.data.map(({ eventId }) => eventId));
      cursor = page.nextCursor;
      await on.send();
    } while (cursor !== undefined);
    expect(found).toEqual(sent.toReversed());
  });

  test('are filtered by endpoint, event, status and tenant', async () => {
    const on = await stage({ retry: { delaysMs: [0] } });
    on.sink.answer('/b', 500);
    const a = await on.endpoint('/a', { tenant: 'acme' });
    const b = await on.endpoint('/b', { tenant: 'acme' });
    const other = await on.endpoint('/b', { tenant: 'other' });
    const eventId = await on.send({ tenant: 'acme' });
    await on.send({ tenant: 'acme' });
    await on.send({ tenant: 'other' });
    await on.untilStatuses(a.id, 'delivered', 'delivered');
    await on.untilStatuses(b.id, 'failed', 'failed');
    await on.untilStatuses(other.id, 'failed');
    const list = async (options: Parameters<typeof on.sender.deliveries.list>[0]): Promise<number> =>
      (await on.sender.deliveries.list(options)).data.length;
    expect(await list({ tenant: 'acme', eventId })).toBe(2);
    expect(await list({ tenant: 'acme', eventId, endpointId: a.id })).toBe(1);
    expect(await list({ tenant: 'acme', endpointId: a.id, status: 'failed' })).toBe(0);
    expect(await list({ tenant: 'acme', status: 'failed' })).toBe(2);
    expect(await list({ tenant: '*', status: 'failed' })).toBe(3);
    expect(await list({ status: 'failed' })).toBe(0);
    expect(await list({ endpointId: a.id })).toBe(0);
  });

  test('a delivery is not there for another tenant', async () => {
    const on = await stage();
    const { id } = await on.endpoint('/a', { tenant: 'acme' });
    await on.send({ tenant: 'acme' });
    const [delivery] = await on.untilStatuses(id, 'delivered');
    const deliveryId = delivery?.id ?? '';
    for (const call of [
      () => on.sender.deliveries.get(deliveryId),
      () => on.sender.deliveries.get(deliveryId, { tenant: 'other' }),
      () => on.sender.deliveries.retry(deliveryId, { tenant: 'other' }),
      () => on.sender.deliveries.resend(deliveryId, { tenant: 'other' }),
    ]) {
      expect(await refusal(call)).toMatchObject({ code: 'unknown_delivery' });
    }
    expect(await on.sender.deliveries.get(deliveryId, { tenant: 'acme' })).toMatchObject({ tenant: 'acme' });
  });

  test('bad filters and cursors are refused by name', async () => {
    const on = await stage({ isStarted: false });
    const { list } = on.sender.deliveries;
    expect(await refusal(() => list())).toEqual({ code: 'invalid_input', field: 'status' });
    expect(await refusal(() => list({ status: 'delivered' }))).toEqual({
      code: 'invalid_input',
      field: 'status',
    });
    for (const limit of [0, 501, 1.5]) {
      expect(await refusal(() => list({ status: 'failed', limit }))).toEqual({
        code: 'invalid_input',
        field: 'limit',
      });
    }
    expect(await refusal(() => list({ status: 'failed', cursor: 'x' }))).toMatchObject({
      code: 'invalid_cursor',
    });
    expect(await refusal(() => on.sender.endpoints.list({ cursor: 'deliveries_1' }))).toMatchObject({
      code: 'invalid_cursor',
    });
  });
});
