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
import { memoryStore } from '@countersign/sender/memory';
import { onTestFinished } from 'vitest';
import { Bell } from './bell.js';
import { type LeapClock, leapClock } from './leap-clock.js';
import { openSink, type Received, type Sink } from './sink.js';
import { type StoreTap, tapped } from './store-tap.js';

/** When an exchange was started, by the clock, and where to. */
export interface Started {
  readonly atMs: number;
  readonly path: string;
}

/** A sender over a memory store and real sockets, by a clock that stands still unless it is moved. */
export interface Stage {
  readonly clock: LeapClock;
  readonly sink: Sink;
  readonly bell: Bell;
  readonly store: DeliveryStore;
  readonly sender: Sender;
  readonly outcomes: SenderOutcome[];
  /** Exchanges, in the order in which they were begun. */
  readonly started: Started[];
  /** Calls of the store go through it. */
  tap: StoreTap | undefined;
  /** An endpoint at a path of the sink. */
  endpoint(path: string, input?: Partial<EndpointInput>): Promise<EndpointWithSecret>;
  /** Sends an event of a type that nobody minds. */
  send(fields?: Partial<Parameters<Sender['send']>[0]>): Promise<string>;
  /** Resolves when a condition holds: looked at again whenever something has happened. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Resolves when an endpoint's deliveries have come to these statuses, in any order, and gives them, oldest first. */
  untilStatuses(endpointId: string, ...statuses: readonly Delivery['status'][]): Promise<readonly Delivery[]>;
  /** Resolves when the only delivery of an endpoint has this many attempts in the record. */
  untilAttempts(endpointId: string, count: number): Promise<DeliveryWithAttempts>;
  attempts(): readonly AttemptOutcome[];
  notices(): readonly SenderNotice[];
  /** Exchanges, and calls of the store, that are under way: of all senders that share the sink. */
  readonly traffic: { inFlight: number; calls: number };
  /** Lets all happen that needs no time by the clock: what is left waits for it, or for an answer that is held back. */
  quiet(): Promise<void>;
  /** Moves the clock on in steps until a condition holds. */
  pass(condition: () => boolean, stepMs?: number): Promise<void>;
}

export interface StageOptions extends Partial<SenderOptions<Record<string, unknown>, never>> {
  /** Default `true`. */
  readonly isStarted?: boolean;
  /** Another sender's, where several share what they have. */
  readonly beside?: Stage;
  readonly clock?: LeapClock;
  readonly tap?: StoreTap;
}

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const { isStarted = true, beside, tap, clock = beside?.clock ?? leapClock(), ...senderOptions } = options;
  const bell = beside?.bell ?? new Bell();
  const sink = beside?.sink ?? (await openSink(clock.now));
  sink.onChange(() => bell.ring());
  const store = options.store ?? beside?.store ?? memoryStore({ now: clock.now });
  const traffic = beside?.traffic ?? { inFlight: 0, calls: 0 };
  const outcomes: SenderOutcome[] = [];
  const started: Started[] = [];
  const sender = createSender({
    allowHttp: true,
    allowPrivateNetworks: true,
    now: clock.now,
    schedule: clock.schedule,
    random: () => 0.5,
    onEvent: () => {},
    ...senderOptions,
    transport: watched(options.transport ?? httpTransport(), {
      onStart(url) {
        started.push({ atMs: clock.now(), path: url.pathname });
        traffic.inFlight += 1;
        bell.ring();
      },
      onEnd() {
        traffic.inFlight -= 1;
        bell.ring();
      },
    }),
    store: tapped(store, async (call, run, args) => {
      const counted = async () => {
        traffic.calls += 1;
        try {
          return await run();
        } finally {
          traffic.calls -= 1;
        }
      };
      try {
        return await (made.tap === undefined ? counted() : made.tap(call, counted, args));
      } finally {
        bell.ring();
      }
    }),
  });
  sender.observe((outcome) => {
    outcomes.push(outcome);
    bell.ring();
  });
  const made: Stage = {
    clock,
    sink,
    bell,
    traffic,
    store,
    sender,
    outcomes,
    started,
    tap,
    endpoint: (path, input = {}) => sender.endpoints.create({ url: sink.url(path), ...input }),
    send: async (fields = {}) => (await sender.send({ type: 'job.done', data: {}, ...fields })).id,
    until: (condition) => bell.until(condition),
    async untilStatuses(endpointId, ...statuses) {
      const wanted = statuses.toSorted().join();
      let found: readonly Delivery[] = [];
      await bell.until(async () => {
        const { data } = await sender.deliveries.list({ endpointId, tenant: '*', limit: 500 });
        found = data.toReversed();
        return (
          found
            .map(({ status }) => status)
            .toSorted()
            .join() === wanted
        );
      });
      return found;
    },
    async untilAttempts(endpointId, count) {
      let found: DeliveryWithAttempts | undefined;
      await bell.until(async () => {
        const { data } = await sender.deliveries.list({ endpointId, tenant: '*' });
        found = data[0] && (await sender.deliveries.get(data[0].id, { tenant: '*' }));
        return found?.attempts.length === count;
      });
      return defined(found);
    },
    attempts: () => outcomes.filter((outcome) => outcome.kind === 'attempt'),
    notices: () => outcomes.filter((outcome) => outcome.kind === 'notice'),
    async quiet() {
      const isQuiet = (): boolean => traffic.inFlight <= sink.waiting && traffic.calls === 0;
      for (let known = -1; known !== sink.requests.length || !isQuiet(); ) {
        known = sink.requests.length;
        await bell.until(isQuiet);
        for (let turns = 0; turns < 10; turns += 1) await clock.advance(0);
      }
    },
    async pass(condition, stepMs = 100) {
      await made.quiet();
      for (let steps = 0; !condition(); steps += 1) {
        if (steps === 10_000) throw new Error('the condition does not come to hold');
        await clock.advance(stepMs);
        await made.quiet();
      }
    },
  };
  onTestFinished(async () => {
    made.tap = undefined;
    await stopped(made);
    await sink.close();
  });
  if (isStarted) await sender.start();
  return made;
}

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

function watched(
  transport: Transport,
  { onStart, onEnd }: { readonly onStart: (url: URL) => void; readonly onEnd: () => void },
): Transport {
  return {
    exchange(request) {
      onStart(request.url);
      const exchange = started(() => transport.exchange(request));
      exchange.then(onEnd, onEnd);
      return exchange;
    },
    close: () => transport.close(),
  };
}

/** A transport may throw where it should reject: the sender under test is to see that. */
function started<T>(start: () => Promise<T>): Promise<T> {
  try {
    return start();
  } catch (error) {
    return Promise.reject(error);
  }
}
