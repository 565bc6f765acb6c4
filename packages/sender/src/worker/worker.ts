import { shownTenant } from '../ids/scope.js';
import { ownerOf } from '../lane/exchange-slots.js';
import { LaneRun } from '../lane/lane-run.js';
import type { LaneTools } from '../lane/lane-tools.js';
import type { Reporter } from '../observe/reporter.js';
import type { DeliveryQueue, Wake } from '../ports/delivery-queue.js';
import type { WorkLedger } from '../ports/delivery-store.js';
import type { EndpointRecord, Lane } from '../ports/records.js';
import type { Clock } from '../time/clock.js';
import { untilDone } from '../time/until-done.js';

const LEASE_MS = 15_000;
const RENEW_EVERY_MS = 5000;
const UNUSABLE_PARK_MS = 60_000;
/** How long a lane may be held while others wait for one. */
const QUANTUM_MS = 1000;
const MAKE_ROOM_EVERY_MS = 1000;
/** For how long a lane is left alone whose owner has all that it may have in flight. */
const FULL_PARK_MS = 5000;

/** What the worker works with. */
export interface WorkerTools {
  readonly ledger: WorkLedger;
  readonly queue: DeliveryQueue<never>;
  /** Routes events until none is left. */
  readonly route: (goesOn: () => boolean) => Promise<void>;
  readonly lane: Omit<LaneTools, 'shouldYield'>;
  /** Lanes held at once. */
  readonly laneConcurrency: number;
  readonly reporter: Reporter;
  readonly clock: Clock;
  /** Pending deliveries of an endpoint are to be skipped. */
  readonly onDisabled: () => void;
}

/** Woken by the queue, it routes events and works lanes, one lane for each endpoint, and keeps their leases. */
export class Worker {
  readonly #tools: WorkerTools;
  readonly #lanes = new Map<string, LaneRun>();
  readonly #stopping = new AbortController();
  #routing: 'idle' | 'running' | 'again' = 'idle';
  #consuming: Promise<void> = Promise.resolve();
  #cancelRenewal: (() => void) | undefined;
  #cancelRoom: (() => void) | undefined;

  constructor(tools: WorkerTools) {
    this.#tools = tools;
  }

  /** Endpoints whose lanes are held. */
  get lanes(): number {
    return this.#lanes.size;
  }

  start(): void {
    const { queue, laneConcurrency, clock, reporter } = this.#tools;
    const { signal } = this.#stopping;
    // One more, so that events are routed while every lane is held.
    const limits = { concurrency: laneConcurrency + 1, signal };
    this.#consuming = untilDone(() => queue.consume((work) => this.#onWake(work), limits), {
      clock,
      signal,
      onError: (error) => reporter.tellFailure('internal_error', 'no wake-ups come from the queue', error),
    });
    this.#renewLater();
  }

  /** Takes nothing new, and resolves when all that is in flight is recorded, or given up after `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping.abort();
    for (const run of this.#lanes.values()) run.end();
    const cancel = this.#tools.clock.schedule(() => {
      for (const run of this.#lanes.values()) run.lose();
    }, timeoutMs);
    await this.#consuming;
    cancel();
    this.#cancelRenewal?.();
    this.#cancelRoom?.();
  }

  /** Deliveries for these endpoints were written, and fall due in so many milliseconds. */
  onRouted(delaysMs: Iterable<readonly [endpointId: string, delayMs: number]>): void {
    const others: Wake[] = [];
    for (const [id, delayMs] of delaysMs) {
      const held = this.#lanes.get(id);
      if (held === undefined) others.push({ kind: 'lane', id, delayMs });
      else held.poke(delayMs);
    }
    this.#wake(others);
  }

  /** An endpoint was edited in this process. */
  onChange(endpointId: string, record: EndpointRecord | undefined): void {
    this.#lanes.get(endpointId)?.refresh(record);
    if (record?.status === 'enabled') this.#wake([{ kind: 'lane', id: endpointId, delayMs: 0 }]);
    else this.#tools.onDisabled();
  }

  async #onWake({ kind, id }: Wake): Promise<void> {
    const held = this.#lanes.get(id);
    if (held !== undefined) return held.poke();
    try {
      await (kind === 'route' ? this.#route() : this.#work(id));
    } catch (error) {
      // Nothing is lost: the next look at the record finds it again.
      this.#tools.reporter.tellFailure('internal_error', 'the record cannot be reached', error);
    }
  }

  async #route(): Promise<void> {
    if (this.#routing !== 'idle') {
      this.#routing = 'again';
      return;
    }
    try {
      do {
        this.#routing = 'running';
        await this.#tools.route(() => !this.#stopping.signal.aborted);
      } while (this.#isRoutingAgain());
    } finally {
      this.#routing = 'idle';
    }
  }

  #isRoutingAgain(): boolean {
    return this.#routing === 'again';
  }

  async #work(endpointId: string): Promise<void> {
    const { ledger } = this.#tools;
    const leasedUntilMs = this.#leaseEndMs();
    const [lane] = await ledger.takeLanes({ limit: 1, leaseMs: LEASE_MS, endpointIds: [endpointId] });
    if (lane === undefined) return;
    if (this.#isInVain(lane)) return this.#giveBack(lane, FULL_PARK_MS);
    const run = await this.#runOf(lane, leasedUntilMs);
    if (run === undefined) return;
    this.#lanes.set(endpointId, run);
    this.#makeRoom();
    if (this.#stopping.signal.aborted) run.end();
    try {
      await run.run();
    } finally {
      this.#lanes.delete(endpointId);
    }
    this.#onEnd(lane.endpoint, run);
  }

  /** Lanes that can do nothing but wait do not keep others from being held. */
  #makeRoom(): void {
    const { laneConcurrency, clock } = this.#tools;
    if (this.#lanes.size < laneConcurrency || this.#cancelRoom !== undefined) return;
    for (const run of this.#lanes.values()) run.giveWay();
    this.#cancelRoom = clock.schedule(() => {
      this.#cancelRoom = undefined;
      this.#makeRoom();
    }, MAKE_ROOM_EVERY_MS);
  }

  /** Asked for before the lease is: by then it may have ended, whatever the answer took. */
  #leaseEndMs(): number {
    return this.#tools.clock.steadyNow() + LEASE_MS;
  }

  async #runOf(lane: Lane, leasedUntilMs: number): Promise<LaneRun | undefined> {
    const { reporter, lane: tools } = this.#tools;
    try {
      return new LaneRun(lane, leasedUntilMs, {
        ...tools,
        shouldYield: (heldMs) => this.#shouldYield(heldMs),
      });
    } catch (error) {
      reporter.tellFailure('internal_error', 'an endpoint cannot be used', error, lane.endpoint.id);
      await this.#giveBack(lane, UNUSABLE_PARK_MS);
      return undefined;
    }
  }

  /** Lanes that could do nothing but wait are not held while others need the room. */
  #isInVain({ endpoint }: Lane): boolean {
    const { laneConcurrency, lane } = this.#tools;
    return 2 * this.#lanes.size >= laneConcurrency && lane.slots.isStuck(ownerOf(endpoint));
  }

  /** Undone: the next look at the record finds it, once it is parked no longer. */
  async #giveBack(lane: Lane, parkForMs: number): Promise<void> {
    const state = { ...lane.state, parkForMs: Math.max(parkForMs, lane.state.parkForMs ?? 0) };
    await this.#tools.ledger.settle(lane, { settlements: [], tallies: [], state, release: true });
  }

  #shouldYield(heldMs: number): boolean {
    return heldMs > QUANTUM_MS && this.#lanes.size >= this.#tools.laneConcurrency;
  }

  #onEnd({ id, tenant, settings }: EndpointRecord, { disabled, wakeInMs }: LaneRun): void {
    if (disabled !== undefined) {
      const { reporter, onDisabled } = this.#tools;
      reporter.tell({
        kind: 'endpoint_disabled',
        endpointId: id,
        tenant: shownTenant(tenant),
        url: settings.url,
        reason: disabled,
      });
      onDisabled();
    } else if (wakeInMs !== undefined) {
      this.#wake([{ kind: 'lane', id, delayMs: wakeInMs }]);
    }
  }

  #wake(work: readonly Wake[]): void {
    if (work.length === 0) return;
    const { queue, reporter } = this.#tools;
    queue.wake(work).catch((error: unknown) => {
      reporter.tellFailure(
        'wake_failed',
        'a wake-up was not passed on; the next look at the record finds it',
        error,
      );
    });
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#tools.clock.schedule(() => void this.#renew(), RENEW_EVERY_MS);
  }

  async #renew(): Promise<void> {
    const runs = [...this.#lanes.values()];
    try {
      if (runs.length > 0) await this.#renewAll(runs);
    } catch (error) {
      this.#tools.reporter.tellFailure('internal_error', 'leases could not be extended', error);
    }
    if (!this.#stopping.signal.aborted || this.#lanes.size > 0) this.#renewLater();
  }

  async #renewAll(runs: readonly LaneRun[]): Promise<void> {
    const lanes = runs.map(({ lane }) => lane);
    const leasedUntilMs = this.#leaseEndMs();
    const held = await this.#tools.ledger.renew(lanes, LEASE_MS);
    const byToken = new Map(held.map((lane) => [lane.token, lane]));
    for (const run of runs) {
      const lane = byToken.get(run.lane.token);
      if (lane === undefined) {
        // Taken over, or its endpoint is deleted: what is in flight may still be recorded.
        run.end();
        continue;
      }
      run.refresh(lane.endpoint);
      run.extend(leasedUntilMs);
    }
  }
}
