import { describe, expect, test } from 'vitest';
import { type Gate, gate } from './gate.js';
import { type Stage, stage } from './harness.js';

/** A lane that is held: `count` events wait, the first of them at the gate. */
async function busy(
  count: number,
  input: Parameters<Stage['endpoint']>[1] = {},
): Promise<{ on: Stage; id: string; answers: Gate }> {
  const on = await stage({ isStarted: false, requestTimeoutMs: 600_000 });
  const answers = gate();
  on.sink.answer('/a', answers.answering);
  const { id } = await on.endpoint('/a', input);
  for (let sent = 0; sent < count; sent += 1) await on.send();
  await on.sender.start();
  await on.until(() => on.sink.open('/a') === 1);
  return { on, id, answers };
}

describe('an edit takes effect at once, also while the lane of the endpoint is held', () => {
  test('its URL and its headers: with the next attempt', async () => {
    const { on, id, answers } = await busy(3, { headers: { 'x-team': 'red' } });
    await on.sender.endpoints.update(id, {
      url: on.sink.url('/b?token=1'),
      headers: { 'x-team': 'blue', 'x-new': '1' },
    });
    answers.give(200);
    await on.untilStatuses(id, 'delivered', 'delivered', 'delivered');
    expect(on.sink.requests.map(({ url, headers }) => [url, headers['x-team'], headers['x-new']])).toEqual([
      ['/a', 'red', undefined],
      ['/b?token=1', 'blue', '1'],
      ['/b?token=1', 'blue', '1'],
    ]);
  });

  test('its concurrency: fewer at once, and more', async () => {
    const { on, id, answers } = await busy(12, { concurrency: 4 });
    answers.give(200);
    await on.until(() => on.sink.open('/a') === 2);
    answers.give(200);
    await on.until(() => on.sink.open('/a') === 4);
    await on.sender.endpoints.update(id, { concurrency: 2 });
    answers.give(200);
    answers.give(200);
    await on.until(() => on.attempts().length === 4);
    await on.quiet();
    expect(on.started).toHaveLength(6);
    await on.sender.endpoints.update(id, { concurrency: 3 });
    answers.give(200);
    await on.until(() => on.sink.at('/a').length === 8);
    await on.quiet();
    expect(on.started).toHaveLength(8);
  });

  test('its concurrency: before the next answer comes', async () => {
    const { on, id, answers } = await busy(3, { concurrency: 4 });
    answers.give(200);
    await on.until(() => on.sink.open('/a') === 2);
    answers.give(200);
    await on.until(() => on.attempts().length === 2);
    await on.quiet();
    expect(on.traffic.inFlight).toBe(1);
    await on.sender.endpoints.update(id, { concurrency: 2 });
    for (let sent = 0; sent < 3; sent += 1) await on.send();
    await on.quiet();
    expect(on.traffic.inFlight).toBe(2);
  });

  test('its rate limit', async () => {
    const { on, id, answers } = await busy(3, { concurrency: 1 });
    await on.sender.endpoints.update(id, { rateLimit: { perSecond: 1 } });
    for (let given = 0; given < 3; given += 1) answers.give(200);
    await on.until(() => on.attempts().length === 2);
    await on.quiet();
    await on.clock.advance(999);
    expect(on.started).toHaveLength(2);
    await on.clock.advance(1);
    await on.untilStatuses(id, 'delivered', 'delivered', 'delivered');
  });

  test('its retry schedule: with the next failure', async () => {
    const { on, id, answers } = await busy(1);
    await on.sender.endpoints.update(id, { retry: { delaysMs: [0, 777] } });
    answers.give(500);
    await on.until(() => on.attempts().length === 1);
    expect(on.attempts()[0]?.nextInMs).toBe(777);
  });

  test('its events and filters: with the next event', async () => {
    const { on, id, answers } = await busy(1);
    await on.sender.endpoints.update(id, { events: ['invoice.*'] });
    await on.send();
    await on.send({ type: 'invoice.paid' });
    answers.give(200);
    answers.give(200);
    const [, second] = await on.untilStatuses(id, 'delivered', 'delivered');
    expect(second?.eventType).toBe('invoice.paid');
  });

  test('disabled: what is in flight ends as it does, the rest is skipped, nothing more is sent', async () => {
    const { on, id, answers } = await busy(4, { concurrency: 1 });
    await on.sender.endpoints.disable(id);
    answers.give(200);
    await on.pass(() => on.attempts().length === 1);
    await on.clock.advance(10_000);
    await on.untilStatuses(id, 'delivered', 'skipped', 'skipped', 'skipped');
    expect(on.started).toHaveLength(1);
    expect((await on.sender.endpoints.get(id)).disabledReason).toBe('requested');
  });

  test('deleted: what is in flight is recorded, however long it takes, and the rest is skipped', async () => {
    const { on, id, answers } = await busy(3, { concurrency: 1 });
    await on.sender.endpoints.delete(id);
    await on.quiet();
    await on.clock.advance(12_000);
    answers.give(200);
    await on.until(() => on.attempts().length === 1);
    await on.quiet();
    await on.clock.advance(20_000);
    await on.untilStatuses(id, 'delivered', 'skipped', 'skipped');
    expect(on.started).toHaveLength(1);
    await expect(on.sender.endpoints.get(id)).rejects.toMatchObject({ code: 'unknown_endpoint' });
    expect(on.notices().filter(({ code }) => code !== 'secrets_stored_in_clear')).toEqual([]);
  });

  test('enabled again while an exchange is under way: it goes on when that has ended', async () => {
    const { on, id, answers } = await busy(2, { concurrency: 1 });
    await on.sender.endpoints.disable(id);
    await on.sender.endpoints.enable(id);
    answers.give(200);
    answers.give(200);
    await on.untilStatuses(id, 'delivered', 'delivered');
  });
});

describe('while an exchange is under way', () => {
  const once = { delaysMs: [0] };
  const exhausted = { ...once, disable: { when: 'exhausted' } } as const;
  const failing = { ...once, disable: { when: 'failing-for', ms: 1000 } } as const;

  /** Gives an answer to the exchange that is under way; what the endpoint is once that is recorded. */
  async function answered(on: Stage, id: string, answers: Gate, answer: number): Promise<string> {
    const before = on.attempts().length;
    answers.give(answer);
    await on.until(() => on.attempts().length === before + 1);
    await on.quiet();
    return (await on.sender.endpoints.get(id)).status;
  }

  /** Moves the endpoint; its exchanges wait at the same gate. */
  async function moved(on: Stage, id: string, answers: Gate): Promise<void> {
    on.sink.answer('/b', answers.answering);
    await on.sender.endpoints.update(id, { url: on.sink.url('/b') });
  }

  test('a 410 of the old URL does not disable an endpoint that has a new one, and is recorded', async () => {
    const { on, id, answers } = await busy(2, { concurrency: 1 });
    await moved(on, id, answers);
    expect(await answered(on, id, answers, 410)).toBe('enabled');
    answers.give(200);
    const [gone] = await on.untilStatuses(id, 'failed', 'delivered');
    expect((await on.sender.deliveries.get(gone?.id ?? '')).attempts).toMatchObject([{ status: 410 }]);
    expect(on.started.map(({ path }) => path)).toEqual(['/a', '/b']);
  });

  test('a 410 of the new one does', async () => {
    const { on, id, answers } = await busy(2, { concurrency: 1 });
    await moved(on, id, answers);
    expect(await answered(on, id, answers, 200)).toBe('enabled');
    expect(await answered(on, id, answers, 410)).toBe('disabled');
  });

  test('a 410 disables an endpoint of which something else was changed', async () => {
    const { on, id, answers } = await busy(1);
    await on.sender.endpoints.update(id, { name: 'x', headers: { 'x-team': 'blue' }, concurrency: 3 });
    expect(await answered(on, id, answers, 410)).toBe('disabled');
  });

  test.each([
    ['another URL', true, 'enabled'],
    ['another name', false, 'disabled'],
  ])('the last straw of `exhausted`, for an endpoint with %s', async (_, isMoved, status) => {
    const { on, id, answers } = await busy(1, { retry: exhausted });
    if (isMoved) await moved(on, id, answers);
    else await on.sender.endpoints.update(id, { name: 'x' });
    expect(await answered(on, id, answers, 500)).toBe(status);
    await on.untilStatuses(id, 'failed');
  });

  test.each([
    ['another URL', true, 'enabled'],
    ['another name', false, 'disabled'],
  ])('the last straw of `failing-for`, for an endpoint with %s', async (_, isMoved, status) => {
    const { on, id, answers } = await busy(2, { concurrency: 1, retry: failing });
    expect(await answered(on, id, answers, 500)).toBe('enabled');
    await on.clock.advance(1000);
    if (isMoved) await moved(on, id, answers);
    else await on.sender.endpoints.update(id, { name: 'x' });
    expect(await answered(on, id, answers, 500)).toBe(status);
    await on.untilStatuses(id, 'failed', 'failed');
  });

  test('another URL begins the time of `failing-for` anew', async () => {
    const { on, id, answers } = await busy(4, { concurrency: 1, retry: failing });
    expect(await answered(on, id, answers, 500)).toBe('enabled');
    await moved(on, id, answers);
    expect(await answered(on, id, answers, 500)).toBe('enabled');
    await on.clock.advance(1000);
    expect(await answered(on, id, answers, 500)).toBe('enabled');
    await on.clock.advance(1000);
    expect(await answered(on, id, answers, 500)).toBe('disabled');
    expect(on.started.map(({ path }) => path)).toEqual(['/a', '/a', '/b', '/b']);
  });

  test('a new retry plan counts for its outcome: no attempts more, some more, and a rule to disable by', async () => {
    const fewer = await busy(1, { retry: { delaysMs: [0, 1000] } });
    await fewer.on.sender.endpoints.update(fewer.id, { retry: once });
    expect(await answered(fewer.on, fewer.id, fewer.answers, 500)).toBe('enabled');
    await fewer.on.untilStatuses(fewer.id, 'failed');

    const more = await busy(1, { retry: once });
    await more.on.sender.endpoints.update(more.id, { retry: { delaysMs: [0, 777] } });
    expect(await answered(more.on, more.id, more.answers, 500)).toBe('enabled');
    expect(more.on.attempts()).toMatchObject([{ outcome: 'retry', nextInMs: 777 }]);

    const strict = await busy(1, { retry: once });
    await strict.on.sender.endpoints.update(strict.id, { retry: exhausted });
    expect(await answered(strict.on, strict.id, strict.answers, 500)).toBe('disabled');
  });
});

test('an edit of a sender beside it reaches the owner of the lane within 5 seconds', async () => {
  const { on, id, answers } = await busy(3, { concurrency: 1 });
  const beside = await stage({ beside: on, isStarted: false });
  await beside.sender.endpoints.update(id, { url: on.sink.url('/b') });
  await on.quiet();
  await on.clock.advance(5000);
  answers.give(200);
  await on.untilStatuses(id, 'delivered', 'delivered', 'delivered');
  expect(on.started.map(({ path }) => path)).toEqual(['/a', '/b', '/b']);
});

test('an update with an expected revision is refused where there was another change', async () => {
  const on = await stage();
  const { id, revision } = await on.endpoint('/a');
  const { revision: second } = await on.sender.endpoints.update(
    id,
    { name: 'x' },
    { expectedRevision: revision },
  );
  expect(second).toBe(revision + 1);
  await expect(
    on.sender.endpoints.update(id, { name: 'y' }, { expectedRevision: revision }),
  ).rejects.toMatchObject({ code: 'endpoint_conflict' });
  expect((await on.sender.endpoints.get(id)).name).toBe('x');
});

test('changes that are made together are all kept', async () => {
  const on = await stage();
  const { id } = await on.endpoint('/a');
  await Promise.all([
    on.sender.endpoints.update(id, { name: 'name' }),
    on.sender.endpoints.update(id, { description: 'text' }),
    on.sender.endpoints.update(id, { concurrency: 3 }),
    on.sender.endpoints.rotateSecret(id),
    on.sender.endpoints.disable(id),
  ]);
  const found = await on.sender.endpoints.get(id);
  expect(found).toMatchObject({
    name: 'name',
    description: 'text',
    concurrency: 3,
    status: 'disabled',
    revision: 6,
  });
  expect(found.secrets).toHaveLength(2);
});

test('what is left out of an update stays, and `null` takes a choice back', async () => {
  const on = await stage();
  const choices = {
    events: ['a.*'],
    filters: { job_types: ['x'] },
    headers: { 'x-a': '1' },
    retry: { delaysMs: [5, 10] },
    concurrency: 2,
    rateLimit: { perSecond: 3 },
    name: 'n',
    description: 'd',
  } as const;
  const { id, secret: _, ...made } = await on.endpoint('/a', choices);
  const renamed = await on.sender.endpoints.update(id, { name: 'other' });
  expect(renamed).toEqual({ ...made, id, name: 'other', revision: 2 });
  const cleared = await on.sender.endpoints.update(id, {
    events: null,
    filters: null,
    headers: null,
    retry: null,
    concurrency: null,
    rateLimit: null,
    name: null,
    description: null,
  });
  expect(cleared).toMatchObject({ events: ['*'], headerNames: [], url: made.url });
  for (const name of ['filters', 'retry', 'concurrency', 'rateLimit', 'name', 'description'] as const) {
    expect(cleared[name]).toBeUndefined();
  }
  expect((await on.store.records.endpoint('', id))?.firstDelayMs).toBeUndefined();
});
