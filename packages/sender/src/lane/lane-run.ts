import type { Attempted } from '../attempt/attempt.js';
import type { Target } from '../attempt/target.js';
import type { DueDelivery, EndpointRecord, Lane, LaneReport, Settlement } from '../ports/records.js';
import { Signal } from '../time/signal.js';
import { untilDone } from '../time/until-done.js';
import { attemptOutcome } from './attempt-outcome.js';
import { DueTimes } from './due-times.js';
import { ownerOf, type Slot } from './exchange-slots.js';
import { judge } from './judge.js';
import { LaneHealth } from './lane-health.js';
import type { LaneTools } from './lane-tools.js';
import { talliesOf } from './tallies.js';

/** Outcomes that may wait to be recorded before nothing new is started: what a crash could send again. */
const MOST_UNSETTLED = 256;
const MOST_BUFFERED = 256;
/** Fetched at once where the endpoint takes fewer at a time: a look at the record costs about as much as three of them. */
const LEAST_FETCHED = 16;
/** A shorter wait is waited out, a longer one lets the lane go. */
const LONGEST_HELD_WAIT_MS = 1000;
/** For how long a lane is let go for others. */
const GIVES_WAY_MS = 1000;

/**
 * One endpoint's deliveries, for as long as there is something to do: fetched, attempted within the endpoint's and the
 * sender's limits, recorded together, let go. Concurrency, rate and parking live in memory while the lane is held.
 */
export class LaneRun {
  readonly #tools: LaneTools;
  readonly #lane: Lane;
  readonly #startedMs: number;
  readonly #owner: string;
  readonly #health: LaneHealth;
  readonly #changed = new Signal();
  readonly #inFlight = new Map<string, AbortController>();
  /** Of the steady clock: from then on somebody else may work the lane, so nothing is started. */
  #leasedUntilMs: number;
  #target: Target;
  #buffer: DueDelivery[] = [];
  #unsettled: Settlement[] = [];
  /** There may be more due than was fetched. */
  #mayHaveMore = true;
  /** Nothing new is started. */
  #isEnding = false;
  /** Nothing more can be written. */
  readonly #lost = new AbortController();
  #disable: LaneReport['disable'];
  #leaveTurn: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  /** What was delivered or has failed, and is not recorded, has an ordering key: another one of it can go then. */
  #freesKey = false;
  readonly #dueTimes: DueTimes;

  constructor(lane: Lane, leasedUntilMs: number, tools: LaneTools) {
    this.#lane = lane;
    this.#leasedUntilMs = leasedUntilMs;
    this.#tools = tools;
    this.#startedMs = tools.clock.steadyNow();
    this.#owner = ownerOf(lane.endpoint);
    this.#target = tools.targetOf(lane.endpoint);
    this.#health = new LaneHealth(lane.state, this.#target, this.#startedMs);
    this.#dueTimes = new DueTimes(tools.clock, () => this.poke());
  }

  get lane(): Lane {
    return this.#lane;
  }

  /** The endpoint was disabled by what it answered, and that is recorded. */
  get disabled(): LaneReport['disable'] {
    return this.#lost.signal.aborted ? undefined : this.#disable;
  }

  /** When something of it may be due again, as far as this owner knows. */
  get wakeInMs(): number | undefined {
    const nowMs = this.#nowMs();
    if (this.#buffer.length > 0 || this.#mayHaveMore) return this.#health.waitMs(nowMs);
    const { nextMs } = this.#dueTimes;
    return nextMs === undefined ? undefined : Math.max(0, nextMs - nowMs, this.#health.waitMs(nowMs));
  }

  /** Something may be due now, or after a time. */
  poke(delayMs = 0): void {
    if (delayMs > 0) {
      this.#dueTimes.add(this.#nowMs() + delayMs);
      return;
    }
    this.#mayHaveMore = true;
    this.#changed.set();
  }

  /** The lease was extended. */
  extend(leasedUntilMs: number): void {
    this.#leasedUntilMs = leasedUntilMs;
    this.#changed.set();
  }

  /** The endpoint as it is now; `undefined`: deleted. Exchanges in flight end as they began. */
  refresh(record: EndpointRecord | undefined): void {
    if (record?.status !== 'enabled') {
      this.end();
      return;
    }
    if (record.revision <= this.#target.record.revision) return;
    try {
      this.#target = this.#tools.targetOf(record);
    } catch (error) {
      this.#tools.reporter.tellFailure('internal_error', 'an endpoint cannot be used', error, record.id);
      this.end();
      return;
    }
    this.#health.retarget(this.#target, this.#nowMs());
    this.#changed.set();
  }

  /** Lets go where it could do nothing but wait, because its owner has its share in flight elsewhere. */
  giveWay(): void {
    const isIdle = this.#leaveTurn !== undefined && this.#inFlight.size === 0;
    if (!isIdle || !this.#tools.slots.isStuck(this.#owner)) return;
    this.#health.park(this.#nowMs() + GIVES_WAY_MS);
    this.end();
  }

  /** Lets go as soon as what is in flight has ended and is recorded. */
  end(): void {
    this.#isEnding = true;
    this.#changed.set();
  }

  /** The lane has gone to somebody else, or there is no time left: what is in flight is given up. */
  lose(): void {
    this.#isEnding = true;
    this.#lost.abort();
    for (const abort of this.#inFlight.values()) abort.abort();
    this.#changed.set();
  }

  /** Works the lane until it is let go or lost. Never rejects. */
  async run(): Promise<void> {
    for (;;) {
      await this.#refill();
      this.#startWhatMay();
      if (this.#isAtEnd()) break;
      await this.#changed.wait();
      if (this.#unsettled.length > 0 && !this.#isAtEnd()) await this.#settle(false);
    }
    this.#leaveTurn?.();
    this.#cancelTimer?.();
    this.#dueTimes.stop();
    if (!this.#lost.signal.aborted) await this.#settle(true);
  }

  #isAtEnd(): boolean {
    if (this.#inFlight.size > 0) return false;
    if (this.#isEnding) return true;
    if (this.#buffer.length === 0) return !this.#mayHaveMore && !this.#freesKey;
    return this.#health.waitMs(this.#nowMs()) > LONGEST_HELD_WAIT_MS;
  }

  async #refill(): Promise<void> {
    const wanted = Math.min(MOST_BUFFERED, Math.max(LEAST_FETCHED, 2 * this.#health.window));
    if (this.#isEnding || !this.#mayHaveMore || this.#buffer.length >= this.#health.window) return;
    this.#mayHaveMore = false;
    const except = [
      ...this.#inFlight.keys(),
      ...this.#buffer.map(({ id }) => id),
      ...this.#unsettled.map(({ deliveryId }) => deliveryId),
    ];
    const limit = wanted - this.#buffer.length;
    const due = await this.#untilDone(() => this.#tools.ledger.due(this.#lane, { limit, except }));
    if (due === undefined) return;
    this.#buffer.push(...due);
    if (due.length === limit) this.#mayHaveMore = true;
  }

  #startWhatMay(): void {
    const { slots, shouldYield } = this.#tools;
    while (this.#mayStart()) {
      if (shouldYield(this.#nowMs() - this.#startedMs)) {
        this.end();
        return;
      }
      const slot = slots.tryTake(this.#owner);
      if (slot === undefined) {
        this.#leaveTurn = slots.wait(this.#owner, (turn) => this.#onTurn(turn));
        return;
      }
      this.#startNext(slot);
    }
  }

  #mayStart(): boolean {
    if (this.#isEnding || this.#leaveTurn !== undefined || this.#buffer.length === 0) return false;
    if (this.#inFlight.size >= this.#health.window || this.#unsettled.length >= MOST_UNSETTLED) return false;
    const nowMs = this.#nowMs();
    if (nowMs >= this.#leasedUntilMs) return false;
    const waitMs = this.#health.waitMs(nowMs);
    if (waitMs === 0) return true;
    if (waitMs <= LONGEST_HELD_WAIT_MS) this.#wakeAfter(waitMs);
    return false;
  }

  #wakeAfter(waitMs: number): void {
    this.#cancelTimer ??= this.#tools.clock.schedule(() => {
      this.#cancelTimer = undefined;
      this.#changed.set();
    }, waitMs);
  }

  #onTurn(slot: Slot): void {
    this.#leaveTurn = undefined;
    if (this.#mayStart()) this.#startNext(slot);
    else slot.release();
    this.#startWhatMay();
    this.#changed.set();
  }

  #startNext(slot: Slot): void {
    const delivery = this.#buffer.shift();
    if (delivery === undefined) {
      slot.release();
      return;
    }
    const abort = new AbortController();
    this.#inFlight.set(delivery.id, abort);
    this.#health.started(this.#nowMs());
    const { url } = this.#target.record.settings;
    const order = {
      event: delivery.event,
      deliveryId: delivery.id,
      number: delivery.attempts + 1,
      test: false,
      abort,
    };
    void this.#tools.attempt(order, this.#target).then((attempted) => {
      this.#inFlight.delete(delivery.id);
      if (attempted !== undefined) this.#ended(delivery, url, attempted);
      // Afterwards: the slot may come back here, for an exchange that the answer forbids.
      slot.release();
      this.#startWhatMay();
      this.#changed.set();
    });
  }

  #ended(delivery: DueDelivery, url: string, attempted: Attempted): void {
    const { random, reporter } = this.#tools;
    const tools = { url, random, nowMs: this.#nowMs() };
    const { settlement, disable } = judge(delivery, attempted, this.#target, this.#health, tools);
    this.#unsettled.push(settlement);
    if (settlement.next.status !== 'pending' && delivery.event.orderingKey !== undefined)
      this.#freesKey = true;
    this.#disable ??= disable;
    if (this.#disable !== undefined) this.end();
    reporter.tell(attemptOutcome(this.#lane.endpoint.id, delivery, settlement));
  }

  async #settle(release: boolean): Promise<void> {
    const settlements = this.#unsettled;
    this.#unsettled = [];
    const freesKey = this.#freesKey;
    this.#freesKey = false;
    const report: LaneReport = {
      settlements,
      tallies: talliesOf(settlements),
      state: this.#health.state(this.#nowMs()),
      release,
      disable: this.#disable,
    };
    // The endpoint as it was judged: one that has moved elsewhere meanwhile is not disabled.
    const lane = { ...this.#lane, endpoint: this.#target.record };
    const isHeld = await this.#untilDone(() => this.#tools.ledger.settle(lane, report));
    if (freesKey) this.#mayHaveMore = true;
    // The record counts delays from when it was told: not later than now.
    for (const { next } of settlements) if (next.status === 'pending') this.poke(next.delayMs);
    if (isHeld !== false) return;
    const { id } = this.#lane.endpoint;
    this.#tools.reporter.tell({
      kind: 'notice',
      code: 'lane_lost',
      message: `endpoint ${id} was taken over by another process; ${settlements.length} outcomes are not recorded here`,
      endpointId: id,
    });
    this.lose();
  }

  /** Outcomes are never thrown away because the record cannot be reached. */
  #untilDone<T>(call: () => Promise<T>): Promise<T | undefined> {
    const { clock, reporter } = this.#tools;
    const onError = (error: unknown): void =>
      reporter.tellFailure('internal_error', 'the record cannot be reached', error, this.#lane.endpoint.id);
    return untilDone(call, { clock, signal: this.#lost.signal, onError });
  }

  #nowMs(): number {
    return this.#tools.clock.steadyNow();
  }
}
