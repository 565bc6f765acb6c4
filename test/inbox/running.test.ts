import { createReceiver, type HandlerContext, type Inbox, type WebhookEvent } from '@countersign/core';
import { type RunInboxOptions, runInbox } from '@countersign/core/inbox';
import { type FakeClock, fakeClock } from '@countersign/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { deferred, delivery, type InboxStageOptions, never, stage } from '../receiver/harness.js';
import { memoryInbox } from './memory-inbox.js';

const MINUTE = 60_000;
type Handler = (event: WebhookEvent, context: HandlerContext) => unknown;

/** A receiver whose inbox runs, on a clock of its own. */
async function running(
  handler: Handler,
  {
    script = {},
    run = {},
    options = {},
    clock = fakeClock(),
  }: {
    readonly script?: Partial<Inbox>;
    readonly run?: RunInboxOptions;
    readonly options?: InboxStageOptions<Record<string, unknown>>;
    readonly clock?: FakeClock;
  } = {},
) {
  const inbox: Inbox = { ...memoryInbox(clock.now), ...script };
  const set = stage({ ...options, ack: 'before', inbox }, clock);
  set.receiver.on('job.*', handler);
  const runner = await runInbox(set.receiver, { random: () => 0.5, ...run });
  onTestFinished(() => stopped(clock, runner.stop()));
  const send = async (id: string): Promise<number> =>
    (await set.receiver.handle(await delivery(clock, { id }))).status;
  return { ...set, inbox, runner, send };
}

/** Lets the time pass in which something stops. */
async function stopped(clock: FakeClock, stopping: Promise<void>): Promise<void> {
  await clock.advance(10_000);
  await stopping;
}

const failing: Handler = () => Promise.reject(new Error('the database is down'));

describe('a handler that runs from the inbox', () => {
  test('runs at once for what its own process has stored, and is told of', async () => {
    const seen: string[] = [];
    const { send, clock, attempts } = await running((event) => seen.push(event.id));
    expect(await send('m1')).toBe(202);
    await clock.advance(0);
    expect(seen).toEqual(['m1']);
    expect(attempts).toMatchObject([
      { kind: 'attempt', code: 'processed', attempt: 1, eventId: 'm1', eventType: 'job.done', keyId: 'k0' },
    ]);
    await clock.advance(24 * 60 * MINUTE);
    expect(seen).toEqual(['m1']);
  });

  test('finds within `pollMs` what another process has stored', async () => {
    const seen: string[] = [];
    const { clock, inbox } = await running((event) => seen.push(event.id));
    const other = stage({ ack: 'before', inbox }, clock);
    other.receiver.on('job.*', never);
    await other.receiver.handle(await delivery(clock, { id: 'm1' }));
    await clock.advance(999);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual(['m1']);
  });

  test.each([
    ['a record', (headers: Record<string, string>) => headers],
    ['a Headers', (headers: Record<string, string>) => new Headers(headers)],
  ])('gets the same event and context as directly, with %s', async (_name, made) => {
    const calls: { event: WebhookEvent; context: HandlerContext }[] = [];
    const handler: Handler = (event, context) => calls.push({ event, context });
    const events = { 'job.done': z.object({ n: z.number().transform((n) => n + 1) }) };
    const clock = fakeClock();
    const request = await delivery(clock, { data: { n: 1 }, headers: { 'x-n': '1' } });
    const headers = made(JSON.parse(JSON.stringify(request.headers)));
    const secrets = (_request: unknown) => ({
      tenant: 'acme',
      secrets: [{ id: '2026', secret: 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=' }],
    });
    const direct = stage({ events, secrets }, clock);
    direct.receiver.on('job.done', handler);
    await direct.receiver.handle({ ...request, headers });
    const later = await running(handler, { options: { events, secrets }, clock });
    await later.receiver.handle({ ...request, headers });
    await clock.advance(0);

    const [first, second] = calls;
    expect(calls).toHaveLength(2);
    expect(second?.event).toEqual(first?.event);
    expect(second?.event.data).toEqual({ n: 2 });
    const { delivery: a } = first?.context ?? {};
    const { delivery: b } = second?.context ?? {};
    expect(JSON.stringify(b)).toEqual(JSON.stringify(a));
    expect(b?.body).toEqual(a?.body);
    expect(second?.context.headers instanceof Headers).toBe(headers instanceof Headers);
    expect(new Headers(JSON.parse(JSON.stringify(entriesOf(second?.context.headers)))).get('x-n')).toBe('1');
    expect(second?.context.claim?.key).toBe(a?.replayKey);
  });

  test('is tried again after 5 s, 30 s, 5 min, 30 min and 2 h, and then waits for people', async () => {
    const times: number[] = [];
    const clock = fakeClock();
    const { send, attempts, inbox } = await running(
      (event, context) => {
        times.push(clock.now());
        return failing(event, context);
      },
      { clock },
    );
    await send('m1');
    await clock.advance(24 * 60 * MINUTE);
    const delays = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const expected = [5_000, 30_000, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE];
    expect(times).toHaveLength(6);
    // Found by a poll: at most a second late.
    for (const [index, delay] of delays.entries()) {
      expect(delay - (expected[index] ?? 0)).toBeGreaterThanOrEqual(0);
      expect(delay - (expected[index] ?? 0)).toBeLessThanOrEqual(1000);
    }
    expect(
      attempts.map((told) => ('next' in told ? [told.attempt, told.code, told.next, told.retryInMs] : told)),
    ).toEqual([
      ...expected.map((delayMs, index) => [index + 1, 'handler_failed', 'retry', delayMs]),
      [6, 'handler_failed', 'failed', undefined],
    ]);
    const { data } = await inbox.failed();
    expect(data).toMatchObject([
      {
        eventId: 'm1',
        attempts: 6,
        error: 'handler_failed: the handler of `job.done` failed: the database is down',
      },
    ]);
  });

  test('is tried again with jitter, from both ends of it', async () => {
    for (const [random, delayMs] of [
      [0, 900],
      [1, 1100],
    ] as const) {
      const { send, clock, attempts } = await running(failing, {
        run: { random: () => random, retry: { delaysMs: [0, 1000], jitter: 0.1 } },
      });
      await send('m1');
      await clock.advance(0);
      expect(attempts).toMatchObject([{ retryInMs: delayMs }]);
    }
  });

  test('runs again from the first attempt on when people requeue it', async () => {
    let isMended = false;
    const seen: string[] = [];
    const { send, clock, inbox, attempts } = await running(
      (event) => {
        if (!isMended) throw new Error('no');
        seen.push(event.id);
      },
      { run: { retry: { delaysMs: [0] } } },
    );
    await send('m1');
    await clock.advance(MINUTE);
    isMended = true;
    const { data } = await inbox.failed({ receiver: 'standardWebhooks' });
    expect(await inbox.requeue(data.map(({ id }) => id))).toBe(1);
    await clock.advance(1000);
    expect(seen).toEqual(['m1']);
    expect(attempts.map(({ code, attempt }) => [code, attempt])).toEqual([
      ['handler_failed', 1],
      ['processed', 1],
    ]);
  });

  test('as many run at once as were allowed, and the next when one ends', async () => {
    const ends: (() => void)[] = [];
    const { send, clock } = await running(() => new Promise<void>((resolve) => void ends.push(resolve)), {
      run: { concurrency: 3 },
    });
    for (let n = 0; n < 8; n += 1) await send(`m${n}`);
    await clock.advance(10_000);
    expect(ends).toHaveLength(3);
    ends[1]?.();
    await clock.advance(0);
    expect(ends).toHaveLength(4);
    for (let n = 0; n < 8; n += 1) {
      for (const end of ends) end();
      await clock.advance(0);
    }
    expect(ends).toHaveLength(8);
  });
});

describe('a handler that takes long', () => {
  test('keeps its lease, is aborted at `handlerTimeoutMs`, and is done when it resolves late', async () => {
    const end = deferred();
    const signals: AbortSignal[] = [];
    const { send, clock, outcomes, attempts, inbox } = await running((_event, { signal }) => {
      signals.push(signal);
      return end.promise;
    });
    await send('m1');
    await clock.advance(24_999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advance(5 * MINUTE);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(outcomes.filter(({ kind }) => kind === 'notice')).toMatchObject([{ code: 'handler_timeout' }]);
    expect(await inbox.take({ receiver: 'standardWebhooks', limit: 1, leaseMs: 1 })).toEqual([]);
    end.resolve();
    await clock.advance(0);
    expect(attempts).toMatchObject([{ code: 'processed', attempt: 1 }]);
  });

  test('is tried again where it rejects late', async () => {
    const { send, clock, attempts } = await running(
      (_event, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await send('m1');
    await clock.advance(25_000);
    expect(attempts).toMatchObject([{ code: 'handler_timeout', next: 'retry', retryInMs: 5000 }]);
  });

  test('is aborted when somebody else has taken the delivery, and settles nothing', async () => {
    const end = deferred();
    const signals: AbortSignal[] = [];
    let isAway = false;
    const clock = fakeClock();
    const inner = memoryInbox(clock.now);
    const { send, attempts, inbox } = await running(
      (_event, { signal }) => {
        signals.push(signal);
        return end.promise;
      },
      {
        clock,
        script: {
          ...inner,
          renew: (...call) => (isAway ? Promise.reject(new Error('away')) : inner.renew(...call)),
        },
        options: { handlerTimeoutMs: MINUTE },
        run: { pollMs: 3600_000 },
      },
    );
    await send('m1');
    isAway = true;
    await clock.advance(15_000);
    const [other] = await inbox.take({ receiver: 'standardWebhooks', limit: 1, leaseMs: MINUTE });
    expect(other).toMatchObject({ attempt: 2, isInterrupted: true });
    isAway = false;
    await clock.advance(5_000);
    expect(signals[0]?.reason).toMatchObject({ code: 'claim_lost' });
    end.resolve();
    await clock.advance(0);
    expect(attempts).toMatchObject([{ code: 'commit_failed', attempt: 1 }]);
    expect(await inbox.settle(other?.claim ?? { key: '', token: '' }, { kind: 'done' })).toBe(true);
  });
});

describe('what cannot be handled is not lost', () => {
  test('a type that nothing handles any more is tried again, and then waits for people', async () => {
    const clock = fakeClock();
    const inbox = memoryInbox(clock.now);
    const newer = stage({ ack: 'before', inbox }, clock);
    newer.receiver.on('invoice.*', never);
    await newer.receiver.handle(await delivery(clock, { type: 'invoice.paid' }));
    const { attempts } = await running(never, {
      clock,
      script: inbox,
      run: { retry: { delaysMs: [0, 1000] } },
    });
    await clock.advance(3000);
    expect(attempts).toMatchObject([
      { code: 'handler_failed', next: 'retry' },
      {
        code: 'handler_failed',
        next: 'failed',
        error: { message: expect.stringContaining('`invoice.paid`') },
      },
    ]);
    expect((await inbox.failed()).data).toHaveLength(1);
  });

  test('a schema that it fits no more is tried again', async () => {
    const clock = fakeClock();
    const inbox = memoryInbox(clock.now);
    const before = stage({ ack: 'before', inbox }, clock);
    before.receiver.on('job.*', never);
    await before.receiver.handle(await delivery(clock));
    const events = { 'job.done': z.object({ n: z.string() }) };
    const { attempts } = await running(never, { clock, script: inbox, options: { events } });
    await clock.advance(0);
    expect(attempts).toMatchObject([{ code: 'schema_mismatch', next: 'retry' }]);
  });

  test('what ends its process again and again is given up after its last attempt', async () => {
    const clock = fakeClock();
    const inbox = memoryInbox(clock.now);
    const before = stage({ ack: 'before', inbox }, clock);
    before.receiver.on('job.*', never);
    await before.receiver.handle(await delivery(clock));
    for (let died = 0; died < 2; died += 1) {
      await inbox.take({ receiver: 'standardWebhooks', limit: 1, leaseMs: 1000 });
      await clock.advance(1000);
    }
    const runs: string[] = [];
    const { attempts } = await running((event) => runs.push(event.id), {
      clock,
      script: inbox,
      run: { retry: { delaysMs: [0, 1000] } },
    });
    await clock.advance(0);
    expect(runs).toEqual([]);
    expect(attempts).toMatchObject([{ code: 'claim_lost', next: 'failed', attempt: 3 }]);
    expect((await inbox.failed()).data).toHaveLength(1);
  });

  test('an inbox that goes away and comes back: told once, and what is done is not done again', async () => {
    let isAway = false;
    const clock = fakeClock();
    const inner = memoryInbox(clock.now);
    const orAway =
      <Call extends readonly unknown[], T>(call: (...given: Call) => Promise<T>) =>
      (...given: Call): Promise<T> =>
        isAway ? Promise.reject(new Error('ECONNRESET')) : call(...given);
    const runs: string[] = [];
    const { send, outcomes, attempts } = await running(
      (event) => {
        runs.push(event.id);
        isAway = true;
      },
      {
        clock,
        script: {
          take: orAway(inner.take),
          settle: orAway(inner.settle),
          renew: orAway(inner.renew),
          prune: orAway(inner.prune),
          put: inner.put,
        },
      },
    );
    await send('m1');
    await clock.advance(5 * MINUTE);
    expect(outcomes.filter(({ kind }) => kind === 'notice')).toMatchObject([
      { code: 'inbox_unavailable', error: expect.objectContaining({ message: 'ECONNRESET' }) },
    ]);
    isAway = false;
    await clock.advance(5 * MINUTE);
    expect(runs).toEqual(['m1']);
    expect(attempts).toMatchObject([{ code: 'processed' }]);
  });
});

describe('stop', () => {
  test('waits for the handlers that run, and takes nothing new', async () => {
    const end = deferred();
    const runs: string[] = [];
    const { send, clock, runner, attempts } = await running((event) => {
      runs.push(event.id);
      return end.promise;
    });
    await send('m1');
    await clock.advance(0);
    let isStopped = false;
    const stopping = runner.stop().then(() => {
      isStopped = true;
    });
    expect(await send('m2')).toBe(202);
    await clock.advance(5000);
    expect({ isStopped, runs }).toEqual({ isStopped: false, runs: ['m1'] });
    end.resolve();
    await clock.advance(0);
    await stopping;
    expect(attempts).toMatchObject([{ code: 'processed', eventId: 'm1' }]);
    await clock.advance(MINUTE);
    expect(runs).toEqual(['m1']);
  });

  test('after `timeoutMs` aborts them, and whoever takes over runs them again', async () => {
    const signals: AbortSignal[] = [];
    const { send, clock, runner, inbox } = await running((_event, { signal }) => {
      signals.push(signal);
      return never();
    });
    await send('m1');
    await clock.advance(0);
    const stopping = runner.stop({ timeoutMs: 1000 });
    await clock.advance(1000);
    await stopping;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await clock.advance(15_000);
    expect(await inbox.take({ receiver: 'standardWebhooks', limit: 1, leaseMs: 1 })).toMatchObject([
      { attempt: 2 },
    ]);
  });

  test('a handler that heeds its signal then gives the delivery back at once', async () => {
    const { send, clock, runner, inbox } = await running(
      (_event, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await send('m1');
    await clock.advance(0);
    await stopped(clock, runner.stop({ timeoutMs: 1000 }));
    await clock.advance(0);
    expect(await inbox.take({ receiver: 'standardWebhooks', limit: 1, leaseMs: 1 })).toMatchObject([
      { attempt: 1 },
    ]);
  });

  test('what was being taken meanwhile is given back', async () => {
    const clock = fakeClock();
    const inner = memoryInbox(clock.now);
    const gate = deferred();
    let takes = 0;
    const runs: string[] = [];
    const { send, runner } = await running((event) => runs.push(event.id), {
      clock,
      script: {
        ...inner,
        async take(options) {
          takes += 1;
          if (takes > 1) await gate.promise;
          return inner.take(options);
        },
      },
    });
    await send('m1');
    await clock.advance(0);
    const stopping = runner.stop();
    gate.resolve();
    await clock.advance(0);
    await stopping;
    expect(runs).toEqual([]);
    expect(await inner.take({ receiver: 'standardWebhooks', limit: 1, leaseMs: 1 })).toMatchObject([
      { attempt: 1 },
    ]);
  });

  test('ends in time though the inbox hangs', async () => {
    const clock = fakeClock();
    const inner = memoryInbox(clock.now);
    let takes = 0;
    const { runner } = await running(never, {
      clock,
      script: {
        take(options) {
          takes += 1;
          return takes > 1 ? never() : inner.take(options);
        },
      },
    });
    await clock.advance(1000);
    await stopped(clock, runner.stop({ timeoutMs: 2000 }));
  });
});

test('without `onOutcome` a failed attempt is a process warning with its cause', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  const { send, clock } = await running(failing, { options: { onOutcome: undefined } });
  await send('m1');
  await clock.advance(0);
  await expect
    .poll(() => warnings)
    .toMatchObject([
      {
        name: 'CountersignWarning',
        code: 'handler_failed',
        message: expect.stringMatching(/^standardWebhooks: the handler of `job\.done` failed/),
        detail: expect.stringContaining('the database is down'),
      },
    ]);
});

describe('runInbox refuses', () => {
  const inbox = (): Inbox => memoryInbox(fakeClock().now);
  const receiver = (store: Inbox = inbox()) =>
    createReceiver({
      secrets: 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=',
      ack: 'before',
      inbox: store,
    });

  test('a receiver without an inbox, and what is none', async () => {
    const direct = createReceiver({ secrets: 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=' }).on(
      'a',
      () => {},
    );
    await expect(runInbox(direct)).rejects.toThrow(/^`receiver` must be one .*ack: 'before'/);
    await expect(runInbox(JSON.parse('null'))).rejects.toThrow(/^`receiver` must be/);
  });

  test('a receiver without handlers', async () => {
    await expect(runInbox(receiver())).rejects.toThrow(/no handlers/);
  });

  test('an inbox that cannot be reached; it can be run later', async () => {
    let isAway = true;
    const inner = inbox();
    const one = receiver({
      ...inner,
      take: (options) => (isAway ? Promise.reject(new Error('ECONNREFUSED')) : inner.take(options)),
    }).on('a', () => {});
    await expect(runInbox(one)).rejects.toThrow('ECONNREFUSED');
    isAway = false;
    await (await runInbox(one)).stop();
  });

  test('to run it twice at once', async () => {
    const one = receiver().on('a', () => {});
    const first = await runInbox(one);
    await expect(runInbox(one)).rejects.toThrow(/running already/);
    await first.stop();
    await (await runInbox(one)).stop();
  });

  test.each<[string, RunInboxOptions, RegExp]>([
    ['concurrency', { concurrency: 0 }, /^`concurrency` must be/],
    ['pollMs', { pollMs: 0 }, /^`pollMs` must be/],
    ['no attempt', { retry: { delaysMs: [] } }, /^`retry` must be 1 to 100 attempts/],
    ['a first delay', { retry: { delaysMs: [1000] } }, /^`retry\.delaysMs\[0\]` must be 0/],
    ['a negative delay', { retry: { delaysMs: [0, -1] } }, /^`retry\.delaysMs\[1\]` must be/],
    ['jitter', { retry: { delaysMs: [0], jitter: 2 } }, /^`retry\.jitter` must be at most 1/],
    [
      'attempts',
      { retry: { maxAttempts: 1e9, initialDelayMs: 1, multiplier: 1, maxDelayMs: 1 } },
      /^`retry` must be/,
    ],
    ['doneRetentionDays', { doneRetentionDays: -1 }, /^`doneRetentionDays` must be/],
    ['failedRetentionDays', { failedRetentionDays: Number.NaN }, /^`failedRetentionDays` must be/],
  ])('%s', async (_name, options, message) => {
    await expect(
      runInbox(
        receiver().on('a', () => {}),
        options,
      ),
    ).rejects.toThrow(message);
  });
});

test('what is done and old is pruned', async () => {
  const pruned: unknown[] = [];
  const { clock } = await running(never, {
    script: {
      async prune(options) {
        pruned.push(options);
        return 0;
      },
    },
    run: { failedRetentionDays: false, doneRetentionDays: 2 },
  });
  await clock.advance(2 * MINUTE);
  const options = { receiver: 'standardWebhooks', doneMs: 2 * 86_400_000, failedMs: undefined, limit: 500 };
  expect(pruned).toEqual([options, options, options]);
});

function entriesOf(headers: HandlerContext['headers'] | undefined): Record<string, unknown> {
  return headers instanceof Headers ? Object.fromEntries(headers) : { ...headers };
}
