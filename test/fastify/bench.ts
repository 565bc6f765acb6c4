import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import {
  createReceiver,
  generateSecret,
  memoryReplayStore,
  type Receiver,
  type ReceiverOptions,
  type ReceiverOutcome,
} from '@countersign/core';
import { countersign, type GuardedHandler, webhookGuard } from '@countersign/fastify';
import {
  type FakeClock,
  fakeClock,
  type RecordingReplayStore,
  recordingReplayStore,
  type SignedRequest,
  type SignedRequestOptions,
  signedRequest,
} from '@countersign/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished, vi } from 'vitest';

/** An answer as its receiver sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A receiver with what it told. */
export interface Recorded {
  readonly receiver: Receiver;
  readonly clock: FakeClock;
  readonly store: RecordingReplayStore;
  readonly outcomes: ReceiverOutcome[];
  /** A genuine delivery of now. */
  signed(options?: Partial<SignedRequestOptions>): Promise<SignedRequest>;
  /** Methods of the store that were called, and what became of commits. */
  settled(): readonly string[];
}

/** How a receiver is made. */
export interface RecordedOptions {
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>>;
  readonly store?: (now: () => number) => RecordingReplayStore;
}

/** A receiver without handlers. */
export function recorded({ receiver: options = {}, store: storeOf }: RecordedOptions = {}): Recorded {
  const clock = fakeClock();
  const secret = generateSecret();
  const outcomes: ReceiverOutcome[] = [];
  const store = storeOf?.(clock.now) ?? recordingReplayStore(memoryReplayStore({ now: clock.now }));
  const receiver = createReceiver({
    secrets: secret,
    replay: store,
    now: clock.now,
    schedule: clock.schedule,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...options,
  });
  return {
    receiver,
    clock,
    store,
    outcomes,
    signed: (changes = {}) => signedRequest({ secret, timestamp: new Date(clock.now()), ...changes }),
    settled: () =>
      store.calls.map(({ method, answer }) => (answer === undefined ? method : `${method}: ${answer}`)),
  };
}

/** Serves an application until the test is over; its origin. */
export async function serve(app: FastifyInstance): Promise<string> {
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

/** A receiver on a real server. */
export interface Bench extends Recorded {
  readonly app: FastifyInstance;
  readonly origin: string;
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
}

/** How a bench is built. */
export interface BenchOptions extends RecordedOptions {
  /** Mounts the route at `/webhooks`. */
  readonly mount: (app: FastifyInstance, receiver: Receiver) => unknown;
  readonly app?: FastifyInstance;
}

/** Serves a receiver until the test is over. */
export async function bench({ mount, app = Fastify(), ...options }: BenchOptions): Promise<Bench> {
  const made = recorded(options);
  mount(app, made.receiver);
  const origin = await serve(app);
  return {
    ...made,
    app,
    origin,
    async deliver({ method, headers, body }, path = '/webhooks') {
      const isBodiless = method === 'GET' || method === 'HEAD';
      const init = { method, headers, redirect: 'manual' as const, ...(!isBodiless && { body }) };
      const response = await fetch(`${origin}${path}`, init);
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
  };
}

/** Mounts a guard with this handler at `/webhooks`. */
export const guarded =
  (handler: GuardedHandler<unknown>) =>
  (app: FastifyInstance, receiver: Receiver): void => {
    app.register(webhookGuard(receiver, { path: '/webhooks', handler }));
  };

/** Both modes at `/webhooks`, with what the application saw. */
export const modes: Readonly<
  Record<'handler' | 'guard', (app: FastifyInstance, receiver: Receiver, seen?: unknown[]) => void>
> = {
  handler: (app, receiver, seen = []) => {
    receiver.on('*', (event) => void seen.push(event.data));
    app.register(countersign, { receiver, path: '/webhooks' });
  },
  guard: (app, receiver, seen = []) =>
    guarded(async (request, reply) => {
      seen.push(request.webhook.event);
      return reply.send({ received: true });
    })(app, receiver),
};

/** Sends a delivery and goes away once `isThere` holds; resolves when the server has seen it. */
export async function goesAway(
  { app, origin }: Bench,
  { headers, body }: SignedRequest,
  isThere: () => void,
): Promise<void> {
  const closed = once(app.server, 'connection').then(([socket]) => once(socket, 'close'));
  const client = httpRequest(`${origin}/webhooks`, { method: 'POST', headers });
  client.on('error', () => {});
  client.end(body);
  await eventually(isThere);
  client.destroy();
  await closed;
}

/** Until the expectation holds. */
export function eventually(expectation: () => void): Promise<void> {
  return vi.waitFor(expectation, { timeout: 10_000, interval: 2 });
}

/** A promise to be settled by hand. */
export function gate(): { readonly passed: Promise<void>; open(): void; fail(error: Error): void } {
  let open = (): void => {};
  let fail = (_error: Error): void => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open: () => open(), fail: (error) => fail(error) };
}
