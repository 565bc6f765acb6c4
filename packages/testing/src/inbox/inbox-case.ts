import assert from 'node:assert/strict';
import type { Inbox, InboxSettlement, StoredDelivery, TakenDelivery } from '@countersign/core';

/** An inbox under test, with the clock that it lives by. */
export interface InboxSubject {
  readonly inbox: Inbox;
  /** Moves the inbox's time on; one whose clock cannot be faked waits that long. */
  advance(ms: number): Promise<void> | void;
}

/** One promise of an `Inbox`. */
export interface InboxCase {
  /** The promise. */
  readonly name: string;
  /** Rejects with an `AssertionError` where the inbox breaks it. */
  run(subject: InboxSubject): Promise<void>;
}

export const LEASE_MS = 2_000;
export const REMEMBER_MS = 4_000;
/** How far from a horizon the inbox is asked, so that one with a real clock has time to answer. */
export const MARGIN_MS = 700;

/** What the cases do with an inbox: calls for a receiver that nothing else uses, with the options filled in. */
export class Play {
  readonly inbox: Inbox;
  readonly receiver = `receiver ${crypto.randomUUID()}`;
  readonly advance: (ms: number) => Promise<void> | void;

  constructor({ inbox, advance }: InboxSubject) {
    this.inbox = inbox;
    this.advance = advance;
  }

  /** A delivery with a key of its own. */
  delivery(changes: Partial<StoredDelivery> = {}): StoredDelivery {
    const key = `${crypto.randomUUID()}${crypto.randomUUID()}`.replaceAll('-', '');
    return {
      key,
      receiver: this.receiver,
      tenant: 'acme',
      keyId: 'k0',
      deliveryId: `msg_${key.slice(0, 8)}`,
      eventId: `evt_${key.slice(0, 8)}`,
      type: 'job.done',
      timestampMs: 1_767_225_600_123,
      headers: '{"x-n":"1"}',
      body: new TextEncoder().encode('{"n":1}'),
      ...changes,
    };
  }

  async put(delivery = this.delivery(), rememberMs = REMEMBER_MS): Promise<'stored' | 'known'> {
    return this.inbox.put(delivery, { rememberMs, signal: new AbortController().signal });
  }

  async take(limit = 10, receiver = this.receiver): Promise<readonly TakenDelivery[]> {
    return this.inbox.take({ receiver, limit, leaseMs: LEASE_MS });
  }

  async takeOne(): Promise<TakenDelivery> {
    const taken = await this.take();
    const [one] = taken;
    assert.equal(taken.length, 1, `${taken.length} deliveries were given where one is due`);
    if (one === undefined) throw new Error('nothing was given');
    return one;
  }

  async takeNone(why: string): Promise<void> {
    assert.deepEqual(keysOf(await this.take()), [], why);
  }

  async putAndTake(): Promise<TakenDelivery> {
    assert.equal(await this.put(), 'stored');
    return this.takeOne();
  }

  async settle({ claim }: TakenDelivery, settlement: InboxSettlement): Promise<boolean> {
    return this.inbox.settle(claim, settlement);
  }

  /** A delivery that has failed for good. */
  async fail(error = 'no'): Promise<TakenDelivery> {
    const taken = await this.putAndTake();
    assert.equal(await this.settle(taken, { kind: 'failed', error }), true);
    return taken;
  }

  /** Whether the tokens are still those that hold their deliveries. */
  async renew(...taken: readonly TakenDelivery[]): Promise<readonly boolean[]> {
    const claims = taken.map(({ claim }) => claim);
    const own = await this.inbox.renew(claims, { leaseMs: LEASE_MS });
    return claims.map(({ token }) => own.some((claim) => claim.token === token));
  }

  async prune(options: { doneMs?: number; failedMs?: number | undefined; limit?: number }): Promise<number> {
    const { doneMs = 0, limit = 100 } = options;
    const failedMs = 'failedMs' in options ? options.failedMs : 0;
    return this.inbox.prune({ receiver: this.receiver, doneMs, failedMs, limit });
  }

  /** Someone whose lease has ended, and someone who has taken the delivery since. */
  async takenOver(): Promise<{ readonly loser: TakenDelivery; readonly owner: TakenDelivery }> {
    const loser = await this.putAndTake();
    await this.advance(LEASE_MS + MARGIN_MS);
    return { loser, owner: await this.takeOne() };
  }
}

export const inboxCase = (name: string, play: (play: Play) => Promise<void>): InboxCase => ({
  name,
  run: (subject) => play(new Play(subject)),
});

export function keysOf(taken: readonly TakenDelivery[]): readonly string[] {
  return taken.map(({ delivery }) => delivery.key);
}
