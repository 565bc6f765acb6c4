import {
  createReceiver,
  generateSecret,
  memoryReplayStore,
  type Receiver,
  type ReceiverOptions,
  type ReceiverOutcome,
} from '@countersign/core';
import {
  fakeClock,
  recordingReplayStore,
  type SignedRequest,
  type SignedRequestOptions,
  signedRequest,
} from '@countersign/testing';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { listen } from '../adapters/listen.js';

/** An answer as its receiver sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A receiver in a Hono application, with what it told. */
export interface Bench {
  readonly app: Hono;
  readonly receiver: Receiver;
  readonly outcomes: ReceiverOutcome[];
  /** A genuine delivery of now. */
  signed(options?: Partial<SignedRequestOptions>): Promise<SignedRequest>;
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
  /** Methods of the store that were called, and what became of commits. */
  settled(): readonly string[];
  /** Lets the time of the receiver pass. */
  passes(ms: number): Promise<void>;
}

/** How an application gets its requests. */
export type Server = keyof typeof servers;

/** How a bench is built. */
export interface BenchOptions {
  /** Mounts the route at `/webhooks`. */
  readonly mount: (app: Hono, receiver: Receiver) => unknown;
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>>;
  /** Default `app.request`. */
  readonly server?: Server;
}

type Send = (path: string, request: SignedRequest) => Promise<Response>;

const servers = {
  /** Hono's own way to test: no socket, the platform's own `Request`. */
  'app.request': async (app: Hono): Promise<Send> => {
    return async (path, request) => app.request(path, request);
  },
  /** A real server, with node-server's `Request`. */
  'node-server': async (app: Hono): Promise<Send> => {
    const { origin, close } = await listen(getRequestListener(app.fetch));
    onTestFinished(close);
    return (path, request) => fetch(`${origin}${path}`, { ...request, redirect: 'manual' });
  },
};

/** Both, for `describe.each`. */
export const everyServer: readonly Server[] = ['app.request', 'node-server'];

/** An application with a receiver, until the test is over. */
export async function bench({
  mount,
  receiver: options = {},
  server = 'app.request',
}: BenchOptions): Promise<Bench> {
  const clock = fakeClock();
  const secret = generateSecret();
  const outcomes: ReceiverOutcome[] = [];
  const store = recordingReplayStore(memoryReplayStore({ now: clock.now }));
  const receiver = createReceiver({
    secrets: secret,
    replay: store,
    now: clock.now,
    schedule: clock.schedule,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...options,
  });
  const app = new Hono();
  // Hono's own error handler writes the stack of every failure to the console.
  app.onError((error, c) => ('getResponse' in error ? error.getResponse() : c.text('failed', 500)));
  mount(app, receiver);
  const send = await servers[server](app);
  return {
    app,
    receiver,
    outcomes,
    signed: (changes = {}) => signedRequest({ secret, timestamp: new Date(clock.now()), ...changes }),
    async deliver(request, path = '/webhooks') {
      const response = await send(path, request);
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    settled: () =>
      store.calls.map(({ method, answer }) => (answer === undefined ? method : `${method}: ${answer}`)),
    passes: (ms) => clock.advance(ms),
  };
}
