import { createVerifier, type Provider, standardWebhooks, type VerifiedDelivery } from '@countersign/core';
import {
  type AttemptOutcome,
  createSender,
  type Delivery,
  type DeliveryStore,
  type DeliveryWithAttempts,
  type EndpointInput,
  type EndpointWithSecret,
  httpTransport,
  type Sender,
  type SenderNotice,
  type SenderOptions,
  type SenderOutcome,
  type Transport,
} from '@countersign/sender';
import { onTestFinished } from 'vitest';
import { Bell } from './bell.js';
import { type LeapClock, leapClock } from './leap-clock.js';
import { openSink, type Received, type Sink } from './sink.js';
import { stageStore, waitOn } from './stage-store.js';
import { type StoreCall, type StoreTap, tapped } from './store-tap.js';

/** When an exchange was started, by the clock, and where to. */
export interface Started {
  readonly atMs: number;
  readonly path: string;
}

export interface StageOptions extends Partial<SenderOptions<Record<string, unknown>, never>> {
  /** Default `true`. */
  readonly isStarted?: boolean;
  /** Another sender's, where several share what they have. */
  readonly beside?: Stage;
  readonly clock?: LeapClock;
  readonly tap?: StoreTap;
}

/** A sender over real sockets, by a clock that stands still unless it is moved; ends with the test. */
export async function stage(options: StageOptions = {}): Promise<Stage> {
  const { isStarted = true, beside, clock = beside?.clock ?? leapClock() } = options;
  const sink = beside?.sink ?? (await openSink(clock.now));
  const on = new Stage({ ...options, clock, sink });
  onTestFinished(async () => {
    on.tap = undefined;
    await stopped(on);
    await sink.close();
  });
  if (isStarted) await on.sender.start();
  return on;
}

/** A sender under test, with all around it. */
export class Stage {
  readonly clock: LeapClock;
  readonly sink: Sink;
  readonly bell: Bell;
  readonly store: DeliveryStore;
  readonly sender: Sender;
  readonly outcomes: SenderOutcome[] = [];
  /** Exchanges, in the order in which they were begun. */
  readonly started: Started[] = [];
  /** Exchanges, and calls of the store, that are under way: of all senders that share the sink. */
  readonly traffic: { inFlight: number; calls: number };
  /** Calls of the store go through it. */
  tap: StoreTap | undefined;

  constructor({ isStarted: _, beside, clock, sink, tap, ...options }: StageParts) {
    this.clock = clock;
    this.sink = sink;
    this.bell = beside?.bell ?? new Bell();
    this.traffic = beside?.traffic ?? { inFlight: 0, calls: 0 };
    this.store = options.store ?? beside?.store ?? stageStore(clock.now);
    this.tap = tap;
    this.sender = createSender({
      allowHttp: true,
      allowPrivateNetworks: true,
      now: clock.now,
      schedule: clock.schedule,
      random: () => 0.5,
      onEvent: () => {},
      ...options,
      transport: this.#watched(options.transport ?? httpTransport()),
      store: tapped(this.store, (...call) => this.#tapped(...call)),
    });
    sink.onChange(() => this.bell.ring());
    this.sender.observe((outcome) => {
      this.outcomes.push(outcome);
      this.bell.ring();
    });
  }

  /** An endpoint at a path of the sink. */
  endpoint(path: string, input: Partial<EndpointInput> = {}): Promise<EndpointWithSecret> {
    return this.sender.endpoints.create({ url: this.sink.url(path), ...input });
  }

  /** Sends an event of a type that nobody minds; its id. */
  async send(fields: Partial<Parameters<Sender['send']>[0]> = {}): Promise<string> {
    return (await this.sender.send({ type: 'job.done', data: {}, ...fields })).id;
  }

  /** Resolves when a condition holds: looked at again whenever something has happened. */
  until(condition: () => boolean | Promise<boolean>): Promise<void> {
    return waitOn(this.bell.until(condition), (ms) => this.clock.advance(ms));
  }

  /** Resolves when an endpoint's deliveries have come to these statuses, in any order, and gives them, oldest first. */
  async untilStatuses(
    endpointId: string,
    ...statuses: readonly Delivery['status'][]
  ): Promise<readonly Delivery[]> {
    const wanted = statuses.toSorted().join();
    let found: readonly Delivery[] = [];
    await this.until(async () => {
      const { data } = await this.sender.deliveries.list({ endpointId, tenant: '*', limit: 500 });
      found = data.toReversed();
      return (
        found
          .map(({ status }) => status)
          .toSorted()
          .join() === wanted
      );
    });
    return found;
  }

  /** Resolves when the newest delivery of an endpoint has this many attempts in the record. */
  async untilAttempts(endpointId: string, count: number): Promise<DeliveryWithAttempts> {
    let found: DeliveryWithAttempts | undefined;
    await this.until(async () => {
      const { data } = await this.sender.deliveries.list({ endpointId, tenant: '*' });
      found = data[0] && (await this.sender.deliveries.get(data[0].id, { tenant: '*' }));
      return found?.attempts.length === count;
    });
    return defined(found);
  }

  attempts(): readonly AttemptOutcome[] {
    return this.outcomes.filter((outcome) => outcome.kind === 'attempt');
  }

  notices(): readonly SenderNotice[] {
    return this.outcomes.filter((outcome) => outcome.kind === 'notice');
  }

  /** Lets all happen that needs no time by the clock: what is left waits for it, or for an answer that is held back. */
  async quiet(): Promise<void> {
    const isQuiet = (): boolean => this.traffic.inFlight <= this.sink.waiting && this.traffic.calls === 0;
    for (let known = -1; known !== this.sink.requests.length || !isQuiet(); ) {
      known = this.sink.requests.length;
      await this.until(isQuiet);
      for (let turns = 0; turns < 10; turns += 1) await this.clock.advance(0);
    }
  }

  /** Moves the clock on in steps until a condition holds. */
  async pass(condition: () => boolean, stepMs = 100): Promise<void> {
    await this.quiet();
    for (let steps = 0; !condition(); steps += 1) {
      if (steps === 10_000) throw new Error('the condition does not come to hold');
      await this.clock.advance(stepMs);
      await this.quiet();
    }
  }

  async #tapped<T>(call: StoreCall, run: () => Promise<T>, args: readonly unknown[]): Promise<T> {
    const counted = async (): Promise<T> => {
      this.traffic.calls += 1;
      try {
        return await run();
      } finally {
        this.traffic.calls -= 1;
      }
    };
    try {
      return await (this.tap === undefined ? counted() : this.tap(call, counted, args));
    } finally {
      this.bell.ring();
    }
  }

  #watched(transport: Transport): Transport {
    const onEnd = (): void => {
      this.traffic.inFlight -= 1;
      this.bell.ring();
    };
    return {
      exchange: (request) => {
        this.started.push({ atMs: this.clock.now(), path: request.url.pathname });
        this.traffic.inFlight += 1;
        this.bell.ring();
        try {
          const exchange = transport.exchange(request);
          exchange.then(onEnd, onEnd);
          return exchange;
        } catch (error) {
          onEnd();
          throw error;
        }
      },
      close: () => transport.close(),
    };
  }
}

type StageParts = StageOptions & { readonly clock: LeapClock; readonly sink: Sink };

/** Stops a sender without waiting for what is in flight. */
export async function stopped({ sender, clock }: Pick<Stage, 'sender' | 'clock'>): Promise<void> {
  let isStopped = false;
  const stopping = sender.stop({ timeoutMs: 0 }).finally(() => {
    isStopped = true;
  });
  while (!isStopped) await clock.advance(0);
  await stopping;
}

/** What a receiver makes of a request that arrived, at the time at which it did or at another one. */
export function verified(
  { method, url, headers, bytes, atMs }: Received,
  secrets: string,
  {
    provider = standardWebhooks,
    receivedAtMs = atMs,
  }: { provider?: Provider | undefined; receivedAtMs?: number } = {},
): Promise<VerifiedDelivery> {
  const verifier = createVerifier({ provider, secrets });
  return verifier.verify({ method, url, headers, body: bytes }, { receivedAt: new Date(receivedAtMs) });
}

/** A value that must be there. */
export function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('something that must be there is missing');
  return value;
}

/** The `code` and `field` that a call is refused with. */
export async function refusal(call: () => Promise<unknown>): Promise<{ code: unknown; field: unknown }> {
  try {
    await call();
  } catch (error) {
    const part = (name: string): unknown =>
      typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
    return { code: part('code'), field: part('field') };
  }
  throw new Error('the call was not refused');
}
