import type { SignedRequest } from '@countersign/testing';
import { expect, onTestFinished } from 'vitest';
import type { NextRouter, NextServer } from '../adapters/nextjs.js';
import {
  type Answer,
  deliverTo,
  type Recorded,
  type RecordedOptions,
  recorded,
} from '../adapters/recorded.js';
import type { Served } from './fixture/served.js';

/** A receiver behind a route of Next.js, with what it told. */
export interface Bench extends Recorded {
  readonly origin: string;
  /** Posts it to `/webhooks`, or to another route. */
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
}

/** How a bench is served. */
export interface BenchOptions extends RecordedOptions {
  readonly router?: NextRouter;
  /** The route behind the guard; without it the receiver has a handler. */
  readonly guarded?: Served['guarded'];
  /** What the handler does. */
  readonly handle?: () => unknown;
  /** Whether the body parser of the Pages Router is on. */
  readonly parserFirst?: boolean;
}

/** Serves a receiver until the test is over. */
export async function bench(
  next: NextServer,
  { router = 'app', guarded, handle = () => {}, parserFirst = false, ...options }: BenchOptions,
): Promise<Bench> {
  const made = recorded(options);
  const { receiver } = made;
  const mode = guarded === undefined ? 'handler' : 'guard';
  if (mode === 'handler') receiver.on('*', handle);
  const unguarded = (): never => expect.unreachable('there is no guard');
  const served: Served = { mode, parserFirst, receiver, guarded: guarded ?? unguarded };
  const { origin, close } = await next.serve(served, router);
  onTestFinished(close);
  return {
    ...made,
    origin,
    deliver: (request, path = '/webhooks') => deliverTo(`${origin}${path}`, request),
  };
}
