import {
  createReceiver,
  generateSecret,
  memoryReplayStore,
  type ReceiverOptions,
  type ReceiverOutcome,
} from '@countersign/core';
import {
  type FakeClock,
  fakeClock,
  recordingReplayStore,
  type SignedRequest,
  type SignedRequestOptions,
  signedRequest,
} from '@countersign/testing';
import { expect, onTestFinished } from 'vitest';
import type { NextRouter, NextServer } from '../adapters/nextjs.js';
import type { Served } from './fixture/served.js';

/** A receiver behind a route of Next.js, with what it told. */
export interface Bench {
  readonly origin: string;
  readonly clock: FakeClock;
  readonly outcomes: readonly ReceiverOutcome[];
  /** A genuine delivery of now. */
  signed(options?: Partial<SignedRequestOptions>): Promise<SignedRequest>;
  /** Posts it to `/webhooks`, or to another route. */
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
  /** Methods of the store that were called, and what became of commits. */
  settled(): readonly string[];
}

/** An answer as its receiver sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** How a bench is served. */
export interface BenchOptions {
  readonly router?: NextRouter;
  /** The route behind the guard; without it the receiver has a handler. */
  readonly guarded?: Served['guarded'];
  /** What the handler does. */
  readonly handle?: () => unknown;
  /** Whether the body parser of the Pages Router is on. */
  readonly parserFirst?: boolean;
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>>;
}

/** Serves a receiver until the test is over. */
export async function bench(
  next: NextServer,
  { router = 'app', guarded, handle = () => {}, parserFirst = false, receiver: options = {} }: BenchOptions,
): Promise<Bench> {
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
  const mode = guarded === undefined ? 'handler' : 'guard';
  if (mode === 'handler') receiver.on('*', handle);
  const unguarded = (): never => expect.unreachable('there is no guard');
  const served: Served = { mode, parserFirst, receiver, guarded: guarded ?? unguarded };
  const { origin, close } = await next.serve(served, router);
  onTestFinished(close);
  return {
    origin,
    clock,
    outcomes,
    signed: (changes = {}) => signedRequest({ secret, timestamp: new Date(clock.now()), ...changes }),
    async deliver({ method, headers, body }, path = '/webhooks') {
      const response = await fetch(`${origin}${path}`, { method, headers, body, redirect: 'manual' });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    settled: () =>
      store.calls.map(({ method, answer }) => (answer === undefined ? method : `${method}: ${answer}`)),
  };
}
