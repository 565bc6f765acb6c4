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
import express, { type Express } from 'express';
import { expect, onTestFinished } from 'vitest';
import { listen } from '../adapters/listen.js';

// Express 4 has types of its own, which the contract's server and the type tests use. What happens here is the
// same for both versions, and is written once, against the types of Express 5.
const express4Name: string = 'express4';
const { default: express4 }: { default: typeof express } = await import(express4Name);

/** The supported versions: tests run on each. */
export const versions: readonly (readonly [name: string, create: typeof express])[] = [
  ['express 5', express],
  ['express 4', express4],
];

/** An answer as its receiver sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A receiver on a real server, with what it told. */
export interface Bench {
  readonly origin: string;
  readonly receiver: Receiver;
  readonly outcomes: ReceiverOutcome[];
  /** A genuine delivery of now. */
  signed(options?: Partial<SignedRequestOptions>): Promise<SignedRequest>;
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
  /** Methods of the store that were called, and what became of commits. */
  settled(): readonly string[];
}

/** How a bench is built. */
export interface BenchOptions {
  readonly create: typeof express;
  /** Mounts the route at `/webhooks`. */
  readonly mount: (app: Express, receiver: Receiver) => unknown;
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>>;
}

/** Serves an application until the test is over. */
export async function bench({ create, mount, receiver: options = {} }: BenchOptions): Promise<Bench> {
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
  // `test` keeps Express from writing the stack of every failure to the console.
  const app = create().set('env', 'test');
  mount(app, receiver);
  const { origin, close } = await listen(app);
  onTestFinished(close);
  return {
    origin,
    receiver,
    outcomes,
    signed: (changes = {}) => signedRequest({ secret, timestamp: new Date(clock.now()), ...changes }),
    async deliver({ method, headers, body }, path = '/webhooks') {
      const isBodiless = method === 'GET' || method === 'HEAD';
      const init = { method, headers, redirect: 'manual' as const, ...(!isBodiless && { body }) };
      const response = await fetch(`${origin}${path}`, init);
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    settled: () =>
      store.calls.map(({ method, answer }) => (answer === undefined ? method : `${method}: ${answer}`)),
  };
}

/** Until the expectation holds. */
export function eventually(expectation: () => void | Promise<void>): Promise<unknown> {
  return expect
    .poll(
      async () => {
        await expectation();
        return 'holds';
      },
      { timeout: 10_000, interval: 2 },
    )
    .toBe('holds');
}
