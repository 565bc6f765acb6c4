import { WebhookError } from '../errors/webhook-error.js';
import type { InboxSettlement, TakenDelivery } from '../inbox/port.js';
import type { InboxLink } from '../receiver/inbox-link.js';
import { report } from '../receiver/outcome.js';
import { pause } from '../time/pause.js';
import { Attempt } from './attempt.js';
import { attemptOutcome } from './attempt-outcome.js';
import { afterFailure } from './next-step.js';
import type { RunSettings } from './run-options.js';

const PRUNE_EVERY_MS = 60_000;
/** Small, so that what else is written waits no longer than a moment. */
const PRUNED_AT_ONCE = 500;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/** Takes a receiver's deliveries from its inbox, runs their handlers, and keeps their leases. */
export class InboxWorker {
  readonly #link: InboxLink;
  readonly #settings: RunSettings;
  readonly #attempts = new Map<Attempt, Promise<void>>();
  /** Nothing new is begun. */
  readonly #stopping = new AbortController();
  /** Nothing is waited for. */
  readonly #ended = new AbortController();
  #rest = new AbortController();
  /** As much was taken as there was room for. */
  #hasMore = false;
  #isReachable = true;
  /** When leases were asked for, the last time that this succeeded. */
  #renewedAtMs = 0;
  #loops: readonly Promise<void>[] = [];

  constructor(link: InboxLink, settings: RunSettings) {
    this.#link = link;
    this.#settings = settings;
  }

  /** Rejects where the inbox cannot be reached. */
  async start(): Promise<void> {
    const options = this.#takeOptions();
    this.#renewedAtMs = this.#link.settings.now();
    this.#begin(await this.#link.inbox.store.take(options), options.limit);
    this.#loops = [this.#takeAll(), this.#prune()];
    void this.#renewAll();
  }

  /** Something may be due. */
  poke(): void {
    this.#rest.abort();
  }

  /** Waits for what runs, at most so long; then its signals abort, and its leases run out. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping.abort();
    this.poke();
    const { schedule } = this.#link.settings;
    const patience = new AbortController();
    void this.#idle().then(() => patience.abort());
    await pause(timeoutMs, schedule, patience.signal);
    this.#ended.abort();
    const reason = new WebhookError('handler_timeout', 'the inbox was stopped while the handler ran');
    for (const attempt of this.#attempts.keys()) attempt.abort(reason);
  }

  async #idle(): Promise<void> {
    // What is taken while it stops is given back by the loop: attempts come to an end after the loops have.
    await Promise.all(this.#loops);
    await Promise.all(this.#attempts.values());
  }

  #takeOptions(): { readonly receiver: string; readonly limit: number; readonly leaseMs: number } {
    const { name, claims } = this.#link.settings;
    const limit = this.#settings.concurrency - this.#attempts.size;
    return { receiver: name, limit, leaseMs: claims.leaseMs };
  }

  async #takeAll(): Promise<void> {
    const { schedule } = this.#link.settings;
    while (!this.#stopping.signal.aborted) {
      if (!this.#hasMore || this.#attempts.size >= this.#settings.concurrency) {
        await pause(this.#settings.pollMs, schedule, this.#rest.signal);
      }
      // What is stored from here on may be missed by the statement that looks.
      this.#rest = new AbortController();
      if (this.#stopping.signal.aborted) return;
      await this.#takeSome();
    }
  }

  async #takeSome(): Promise<void> {
    const options = this.#takeOptions();
    if (options.limit <= 0) return;
    this.#hasMore = false;
    if (!(await this.#keepsLeases())) return;
    const taken = (await this.#reach(() => this.#link.inbox.store.take(options))) ?? [];
    if (this.#stopping.signal.aborted) await this.#giveBack(taken);
    else this.#begin(taken, options.limit);
  }

  /** A process that stood still, or could not reach the inbox, must not take from itself what it still handles. */
  async #keepsLeases(): Promise<boolean> {
    const { claims, now } = this.#link.settings;
    const areOld = (): boolean =>
      this.#attempts.size > 0 && Math.abs(now() - this.#renewedAtMs) > (2 * claims.leaseMs) / 3;
    if (areOld()) await this.#renew();
    return !areOld();
  }

  #begin(taken: readonly TakenDelivery[], room: number): void {
    this.#hasMore = taken.length >= room;
    for (const one of taken) {
      const attempt = new Attempt(one, this.#link);
      const work = this.#work(attempt).finally(() => {
        this.#attempts.delete(attempt);
        if (this.#hasMore) this.poke();
      });
      this.#attempts.set(attempt, work);
    }
  }

  async #giveBack(taken: readonly TakenDelivery[]): Promise<void> {
    for (const { claim } of taken) {
      await this.#reach(() => this.#link.inbox.store.settle(claim, { kind: 'returned' }));
    }
  }

  async #work(attempt: Attempt): Promise<void> {
    const { isInterrupted, attempt: number } = attempt.taken;
    const { plan } = this.#settings;
    const isOver = isInterrupted && number > plan.delaysMs.length;
    const error = isOver ? neverSettled(attempt.taken) : await attempt.run();
    const settlement = this.#settlementOf(attempt, error);
    const isOwn = await this.#settle(attempt, settlement);
    if (isOwn === undefined) return;
    report(this.#link.inbox.onOutcome, attemptOutcome(attempt, error, settlement, isOwn));
  }

  #settlementOf({ taken }: Attempt, error: WebhookError | undefined): InboxSettlement {
    if (error === undefined) return { kind: 'done' };
    if (this.#ended.signal.aborted) return { kind: 'returned' };
    return afterFailure(this.#settings.plan, taken.attempt, error);
  }

  /** Tried again while nobody stops: what is done must not be done again because the inbox was away. */
  async #settle({ taken }: Attempt, settlement: InboxSettlement): Promise<boolean | undefined> {
    const { schedule } = this.#link.settings;
    const { signal } = this.#ended;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      const isOwn = await this.#reach(() => this.#link.inbox.store.settle(taken.claim, settlement));
      if (isOwn !== undefined || signal.aborted) return isOwn;
      await pause(waitMs, schedule, signal);
    }
  }

  async #renewAll(): Promise<void> {
    const { schedule, claims } = this.#link.settings;
    for (;;) {
      await pause(claims.leaseMs / 3, schedule, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      await this.#renew();
    }
  }

  async #renew(): Promise<void> {
    const {
      claims: { leaseMs },
      now,
    } = this.#link.settings;
    const attempts = [...this.#attempts.keys()];
    const askedAtMs = now();
    if (attempts.length === 0) {
      this.#renewedAtMs = askedAtMs;
      return;
    }
    const claims = attempts.map(({ taken }) => taken.claim);
    const own = await this.#reach(() => this.#link.inbox.store.renew(claims, { leaseMs }));
    // An inbox that does not answer may answer the next time: the lease is three renewals long.
    if (own === undefined) return;
    this.#renewedAtMs = askedAtMs;
    const tokens = new Set(own.map(({ token }) => token));
    for (const attempt of attempts) {
      if (!tokens.has(attempt.taken.claim.token)) attempt.abort(takenOver());
    }
  }

  async #prune(): Promise<void> {
    const { name: receiver, schedule } = this.#link.settings;
    const { doneMs, failedMs } = this.#settings;
    const { signal } = this.#stopping;
    const options = { receiver, doneMs, failedMs, limit: PRUNED_AT_ONCE };
    while (!signal.aborted) {
      const pruned = (await this.#reach(() => this.#link.inbox.store.prune(options))) ?? 0;
      await pause(pruned >= PRUNED_AT_ONCE ? 0 : PRUNE_EVERY_MS, schedule, signal);
    }
  }

  /** `undefined` where it fails, which is told once, until it succeeds again. */
  async #reach<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await call();
      this.#isReachable = true;
      return answer;
    } catch (error) {
      if (this.#isReachable) this.#tellUnreachable(error);
      this.#isReachable = false;
      return undefined;
    }
  }

  #tellUnreachable(error: unknown): void {
    const { settings } = this.#link;
    const message = 'the inbox cannot be reached; what is in it waits';
    report(settings.onOutcome, {
      kind: 'notice',
      code: 'inbox_unavailable',
      receiver: settings.name,
      message,
      error,
    });
  }
}

function takenOver(): WebhookError {
  return new WebhookError('claim_lost', 'the lease ended, and another process has taken the delivery');
}

function neverSettled({ delivery }: TakenDelivery): WebhookError {
  const message = `the last attempt to handle \`${delivery.type}\` never ended: its process died, or stood still`;
  return new WebhookError('claim_lost', message);
}
