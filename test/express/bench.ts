import type { Receiver } from '@countersign/core';
import type { SignedRequest } from '@countersign/testing';
import express, { type Express } from 'express';
import { onTestFinished } from 'vitest';
import { listen } from '../adapters/listen.js';
import {
  type Answer,
  deliverTo,
  type Recorded,
  type RecordedOptions,
  recorded,
} from '../adapters/recorded.js';

// Express 4 has types of its own, which the contract's server and the type tests use. What happens here is the
// same for both versions, and is written once, against the types of Express 5.
const express4Name: string = 'express4';
const { default: express4 }: { default: typeof express } = await import(express4Name);

/** The supported versions: tests run on each. */
export const versions: readonly (readonly [name: string, create: typeof express])[] = [
  ['express 5', express],
  ['express 4', express4],
];

export { eventually } from '../adapters/recorded.js';

/** A receiver on a real server, with what it told. */
export interface Bench extends Recorded {
  readonly origin: string;
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
}

/** How a bench is built. */
export interface BenchOptions extends RecordedOptions {
  readonly create: typeof express;
  /** Mounts the route at `/webhooks`. */
  readonly mount: (app: Express, receiver: Receiver) => unknown;
}

/** Serves an application until the test is over. */
export async function bench({ create, mount, ...options }: BenchOptions): Promise<Bench> {
  const made = recorded(options);
  // `test` keeps Express from writing the stack of every failure to the console.
  const app = create().set('env', 'test');
  mount(app, made.receiver);
  const { origin, close } = await listen(app);
  onTestFinished(close);
  return {
    ...made,
    origin,
    deliver: (request, path = '/webhooks') => deliverTo(`${origin}${path}`, request),
  };
}
