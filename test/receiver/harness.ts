import {
  type AttemptOutcome,
  type Claim,
  createReceiver,
  type InboxReceiverOptions,
  memoryReplayStore,
  type Provider,
  type Receiver,
  type ReceiverOptions,
  type ReceiverOutcome,
  type ReplayStore,
  sign,
  standardWebhooks,
  type WebhookRequest,
  type WebhookResponse,
} from '@countersign/core';
import { type FakeClock, fakeClock } from '@countersign/testing';

export const secret = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
export const otherSecret = 'whsec_YW5vdGhlci1jb3VudGVyc2lnbi1zZWNyZXQtb2YtMzI=';
/** For providers that take a secret's text as it is. */
export const textSecret = 'a-secret-of-more-than-16-bytes';

/** A receiver on a clock of its own, with everything that it reports. */
export interface Stage<Events> {
  readonly clock: FakeClock;
  readonly receiver: Receiver<Events>;
  readonly outcomes: ReceiverOutcome[];
  /** Of handlers that ran from an inbox. */
  readonly attempts: AttemptOutcome[];
  readonly codes: () => readonly string[];
}

/** Options of the receiver on a {@link stage}. */
export type StageOptions<Events> =
  | Partial<ReceiverOptions<Events>>
  | (InboxStageOptions<Events> & Pick<InboxReceiverOptions<Events>, 'ack' | 'inbox'>);

/** Those of one with an inbox, beside it. */
export type InboxStageOptions<Events> = Partial<Omit<InboxReceiverOptions<Events>, 'ack' | 'inbox'>>;

/** A receiver for tests: fake clock, memory store on that clock, outcomes recorded. */
export function stage<Events = Record<string, unknown>>(
  options: StageOptions<Events> = {},
  clock: FakeClock = fakeClock(),
): Stage<Events> {
  const outcomes: ReceiverOutcome[] = [];
  const attempts: AttemptOutcome[] = [];
  const receiver = createReceiver<Events>({
    secrets: options.provider === undefined ? secret : textSecret,
    replay: memoryReplayStore({ now: clock.now }),
    now: clock.now,
    schedule: clock.schedule,
    onOutcome: (outcome: ReceiverOutcome | AttemptOutcome) =>
      outcome.kind === 'attempt' ? attempts.push(outcome) : outcomes.push(outcome),
    ...options,
  });
  return { clock, receiver, outcomes, attempts, codes: () => outcomes.map((outcome) => outcome.code) };
}

/** What one delivery says; everything has a default. */
export interface DeliverySpec {
  readonly id?: string;
  readonly type?: string;
  readonly data?: unknown;
  /** The whole body instead of `{ type, timestamp, data }`. */
  readonly body?: string | Uint8Array;
  readonly secret?: string;
  readonly provider?: Provider;
  readonly signedAt?: Date;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** A request whose body has arrived already. */
export type BufferedRequest = WebhookRequest & { readonly body: Uint8Array };

/** A correctly signed delivery at the clock's time. */
export async function delivery(clock: FakeClock, spec: DeliverySpec = {}): Promise<BufferedRequest> {
  const { id = 'msg_1', type = 'job.done', data = { n: 1 }, provider = standardWebhooks } = spec;
  const signedAt = spec.signedAt ?? new Date(clock.now());
  const { headers, body } = await sign(
    {
      id,
      timestamp: signedAt,
      body: spec.body ?? JSON.stringify({ type, timestamp: signedAt.toISOString(), data }),
    },
    { provider, secret: spec.secret ?? (provider === standardWebhooks ? secret : textSecret) },
  );
  return {
    method: 'POST',
    url: '/hooks',
    headers: { ...headers, ...spec.headers },
    body,
    waitUntil: spec.waitUntil,
  };
}

/** The text of an answer. */
export function textOf(response: WebhookResponse): string {
  const { body } = response;
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

/** One call of a replay store. */
export interface StoreCall {
  readonly call: 'claim' | 'commit' | 'release';
  readonly claim: Claim;
  readonly atMs: number;
  readonly options: object;
}

type Calls = Pick<ReplayStore, 'claim' | 'commit' | 'release'>;

/** A replay store that records its calls, and plays another part where one is given. */
export interface ScriptedStore extends ReplayStore {
  readonly calls: StoreCall[];
  readonly names: () => readonly string[];
  /** What it does instead; may be changed at any time. */
  script: Partial<Calls>;
}

export function scriptedStore(
  clock: FakeClock,
  script: Partial<Calls> = {},
  inner: ReplayStore = memoryReplayStore({ now: clock.now }),
): ScriptedStore {
  const calls: StoreCall[] = [];
  const record = (call: StoreCall['call'], claim: Claim, options: object): void => {
    calls.push({ call, claim, atMs: clock.now(), options });
  };
  const store: ScriptedStore = {
    shared: inner.shared,
    calls,
    names: () => calls.map(({ call }) => call),
    script,
    claim(claim, options) {
      record('claim', claim, options);
      return (store.script.claim ?? inner.claim)(claim, options);
    },
    commit(claim, options) {
      record('commit', claim, options);
      return (store.script.commit ?? inner.commit)(claim, options);
    },
    release(claim, options) {
      record('release', claim, options);
      return (store.script.release ?? inner.release)(claim, options);
    },
  };
  return store;
}

/** A promise that the test settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> = { resolve: () => {}, reject: () => {} };
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}

/** Never settles. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
