import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { SenderOutcome } from '@countersign/sender';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { stage } from './harness.js';

/** Process warnings, kept from the terminal. */
function warnings(): readonly (readonly [message: unknown, options?: unknown])[] {
  const { calls } = vi.spyOn(process, 'emitWarning').mockImplementation(() => {}).mock;
  onTestFinished(() => void vi.restoreAllMocks());
  return calls;
}

const codes = (seen: ReturnType<typeof warnings>): readonly unknown[] =>
  seen.map(([, options]) =>
    typeof options === 'object' && options !== null ? Reflect.get(options, 'code') : options,
  );

describe('a hook that fails changes nothing', () => {
  const hooks: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('a hook');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a hook'))],
  ];
  for (const [name, hook] of hooks) {
    test(`one that ${name}: everything is delivered, other observers are told, and one warning says so`, async () => {
      const seen = warnings();
      const on = await stage({ onEvent: hook, retry: { delaysMs: [0, 1000] } });
      on.sender.observe(hook);
      const told: SenderOutcome[] = [];
      on.sender.observe((outcome) => told.push(outcome));
      on.sink.answer('/a', 500, 200);
      const { id } = await on.endpoint('/a');
      await on.send();
      await on.untilAttempts(id, 1);
      await on.quiet();
      await on.clock.advance(1000);
      await on.untilStatuses(id, 'delivered');
      expect(told.map((outcome) => outcome.kind)).toEqual(['attempt', 'attempt']);
      expect(codes(seen)).toEqual(['outcome_hook_failed']);
    });
  }
});

test('an attempt is told with all that concerns it', async () => {
  const on = await stage({ retry: { delaysMs: [0, 1000] } });
  on.sink.answer('/a', 503, 200);
  const { id } = await on.endpoint('/a', { tenant: 'acme' });
  const eventId = await on.send({ tenant: 'acme', type: 'job.done' });
  const { id: deliveryId } = await on.untilAttempts(id, 1);
  await on.quiet();
  await on.clock.advance(1000);
  await on.untilStatuses(id, 'delivered');
  const common = {
    kind: 'attempt',
    endpointId: id,
    tenant: 'acme',
    deliveryId,
    eventId,
    eventType: 'job.done',
    durationMs: 0,
    error: undefined,
  };
  expect(on.attempts()).toEqual([
    { ...common, outcome: 'retry', attempt: 1, status: 503, nextInMs: 1000 },
    { ...common, outcome: 'delivered', attempt: 2, status: 200, nextInMs: undefined },
  ]);
});

test('without a hook, notices and disabled endpoints are process warnings, and attempts are silent', async () => {
  const seen = warnings();
  const on = await stage({ onEvent: undefined });
  on.sink.answer('/a', 410);
  const { id } = await on.endpoint('/a');
  await on.send();
  await on.until(() => on.outcomes.some(({ kind }) => kind === 'endpoint_disabled'));
  expect(codes(seen)).toEqual(['secrets_stored_in_clear', 'endpoint_disabled']);
  expect(seen[1]?.[0]).toContain(id);
  expect(seen[1]?.[1]).toMatchObject({ type: 'CountersignWarning' });
});

test('with a hook nothing is warned of', async () => {
  const seen = warnings();
  const on = await stage();
  on.sink.answer('/a', 410);
  await on.endpoint('/a');
  await on.send();
  await on.until(() => on.outcomes.some(({ kind }) => kind === 'endpoint_disabled'));
  expect(seen).toEqual([]);
});

test('the diagnostics channel `countersign:sender` has every outcome of every sender', async () => {
  const published: unknown[] = [];
  const listener = (message: unknown): void => void published.push(message);
  subscribe('countersign:sender', listener);
  onTestFinished(() => void unsubscribe('countersign:sender', listener));
  const on = await stage();
  const { id } = await on.endpoint('/a');
  await on.send();
  await on.untilStatuses(id, 'delivered');
  expect(published).toMatchObject([
    { kind: 'notice', code: 'secrets_stored_in_clear' },
    { kind: 'attempt', outcome: 'delivered', endpointId: id, tenant: undefined },
  ]);
});

test('an observer that has left is told nothing more; one that observes twice leaves twice', async () => {
  const on = await stage();
  const told: string[] = [];
  const observer = (outcome: SenderOutcome): void => void told.push(outcome.kind);
  const leaveFirst = on.sender.observe(observer);
  const leaveSecond = on.sender.observe(observer);
  const { id } = await on.endpoint('/a');
  await on.send();
  await on.untilStatuses(id, 'delivered');
  expect(told).toHaveLength(2);
  leaveFirst();
  leaveFirst();
  await on.send();
  await on.untilStatuses(id, 'delivered', 'delivered');
  expect(told).toHaveLength(3);
  leaveSecond();
  await on.send();
  await on.untilStatuses(id, 'delivered', 'delivered', 'delivered');
  expect(told).toHaveLength(3);
});
