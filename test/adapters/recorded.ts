import {
  createReceiver,
  generateSecret,
  memoryReplayStore,
  type Receiver,
  type ReceiverOptions,
  type ReceiverOutcome,
} from '@countersign/core';
import {
  type FakeClock,
  fakeClock,
  type RecordingReplayStore,
  recordingReplayStore,
  type SignedRequest,
  type SignedRequestOptions,
  signedRequest,
} from '@countersign/testing';
import { expect } from 'vitest';

/** A receiver on a clock of its own, with what it told and did. */
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
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>> | undefined;
  readonly store?: (now: () => number) => RecordingReplayStore;
}

/** A receiver without handlers, for a framework's tests to mount. */
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

/** An answer as its receiver sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The whole of a response. */
export async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** Posts a delivery, or whatever its method says, and follows no redirect. */
export async function deliverTo(url: string, { method, headers, body }: SignedRequest): Promise<Answer> {
  const isBodiless = method === 'GET' || method === 'HEAD';
  return answerOf(await fetch(url, { method, headers, redirect: 'manual', ...(!isBodiless && { body }) }));
}

/** Until the expectation holds. */
export function eventually(expectation: () => void | Promise<void>): Promise<unknown> {
  const holds = async (): Promise<string> => {
    await expectation();
    return 'holds';
  };
  return expect.poll(holds, { timeout: 10_000, interval: 2 }).toBe('holds');
}
