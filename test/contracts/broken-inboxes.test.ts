import type { Inbox, TakenDelivery } from '@countersign/core';
import { fakeClock, inboxContract } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { memoryInbox } from '../inbox/memory-inbox.js';

type Breaking = (inner: Inbox, now: () => number) => Partial<Inbox>;

/** The cases that an inbox breaks. */
async function broken(breaking: Breaking): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of inboxContract) {
    const { now, advance } = fakeClock();
    const inner = memoryInbox(now);
    try {
      await run({ inbox: { ...inner, ...breaking(inner, now) }, advance });
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

const late = (given: Promise<readonly TakenDelivery[]>, change: (one: TakenDelivery) => TakenDelivery) =>
  given.then((taken) => taken.map(change));

describe('the contract finds an inbox that', () => {
  test.each<[string, Breaking, RegExp]>([
    [
      'stores a repeat again',
      (inner) => ({
        put: (delivery, options) => inner.put(delivery, { ...options, rememberMs: -1 }),
      }),
      /the same key again is known/,
    ],
    [
      'swallows an equal delivery for ever',
      (inner) => ({ put: (delivery, options) => inner.put(delivery, { ...options, rememberMs: 1e12 }) }),
      /known for as long as its put said/,
    ],
    [
      'forgets a key with its delivery',
      (inner) => ({
        async put(delivery, options) {
          const answer = await inner.put(delivery, { ...options, rememberMs: 1_000 });
          return answer;
        },
      }),
      /a key is known for as long as its put said/,
    ],
    [
      'keeps its bytes as text',
      (inner) => ({
        put: (delivery, options) =>
          inner.put(
            { ...delivery, body: new TextEncoder().encode(new TextDecoder().decode(delivery.body)) },
            options,
          ),
      }),
      /byte for byte/,
    ],
    [
      'keeps no U+0000',
      (inner) => ({
        put: (delivery, options) =>
          inner.put({ ...delivery, type: delivery.type.replaceAll('\u0000', '') }, options),
      }),
      /byte for byte/,
    ],
    [
      'gives everybody everything',
      (inner) => ({ take: (options) => inner.take({ ...options, leaseMs: 0 }) }),
      /given to nobody else/,
    ],
    [
      'lets a lost token settle',
      (inner) => ({ settle: async (claim, settlement) => (await inner.settle(claim, settlement)) || true }),
      /a lost token cannot settle \(done\)/,
    ],
    ['says that every lease holds', () => ({ renew: async (claims) => claims }), /a lost token cannot renew/],
    [
      'renews nothing',
      (inner) => ({ renew: (claims) => inner.renew(claims, { leaseMs: 0 }) }),
      /a lease is extended/,
    ],
    [
      'retries at once',
      (inner) => ({
        settle: (claim, settlement) =>
          inner.settle(claim, settlement.kind === 'retry' ? { ...settlement, delayMs: 0 } : settlement),
      }),
      /after its delay, and not before/,
    ],
    [
      'counts what was returned',
      (inner) => ({
        settle: (claim, settlement) =>
          inner.settle(
            claim,
            settlement.kind === 'returned' ? { kind: 'retry', delayMs: 0, error: '' } : settlement,
          ),
      }),
      /its attempt does not count/,
    ],
    [
      'does not say that a process died',
      (inner) => ({
        take: (options) => late(inner.take(options), (one) => ({ ...one, isInterrupted: false })),
      }),
      /taken over, with another token, and says so/,
    ],
    [
      'tells all receivers of all',
      (inner) => ({ take: (options) => inner.take({ ...options, receiver: options.receiver.slice(0, 45) }) }),
      /a receiver is given its own/,
    ],
    [
      'lists without end',
      (inner) => ({ failed: async (query) => ({ ...(await inner.failed(query)), nextCursor: undefined }) }),
      /failures come in pages/,
    ],
    [
      'requeues what has not failed',
      () => ({ requeue: async (ids) => ids.length }),
      /requeue nothing|due at once, from the first attempt/,
    ],
    [
      'forgets what a repeat would meet',
      (inner) => {
        let forgotten = false;
        return {
          async prune(options) {
            const isFirst = !forgotten;
            forgotten = true;
            return isFirst && options.doneMs === 0 ? 1 : inner.prune(options);
          },
        };
      },
      /a key that a repeat would meet/,
    ],
    [
      'keeps no failure',
      (inner) => ({ prune: (options) => inner.prune({ ...options, failedMs: options.failedMs ?? 0 }) }),
      /kept for ever/,
    ],
  ])('%s', async (_name, breaking, expected) => {
    expect(await broken(breaking)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  test('nothing of one that keeps it', async () => {
    expect(await broken(() => ({}))).toEqual([]);
  });
});
