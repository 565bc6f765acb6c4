import assert from 'node:assert/strict';
import {
  type AcceptedOutcome,
  type AcceptedWebhook,
  generateSecret,
  memoryReplayStore,
  type Notice,
  type Provider,
  type ReceiverOptions,
  type ReceiverOutcome,
  type RefusedOutcome,
  standardWebhooks,
  type WebhookErrorCode,
  type WebhookEvent,
} from '@countersign/core';
import type { AdapterTarget, ApplicationAnswer, ServedReceiver } from '../adapter/adapter-target.js';
import { type FakeClock, fakeClock } from '../fake-clock.js';
import { type RecordingReplayStore, recordingReplayStore } from '../recording-replay-store.js';
import { type SignedRequest, type SignedRequestOptions, signedRequest } from '../signed-request.js';
import { assertReceived, assertRefusal, isSuccess } from './answers.js';
import { until } from './in-time.js';
import { exchange, RawConnection } from './raw-connection.js';
import type { WireRequest, WireResponse } from './wire.js';

/** How a scene differs from the usual one. */
export interface SceneOptions {
  readonly provider?: Provider;
  /** Beside or instead of the scene's own options. */
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>>;
  readonly parserFirst?: boolean;
  /** What the application does, beside being counted: with the number of the run, 1 for the first. */
  readonly application?: (webhook: AcceptedWebhook<WebhookEvent>, run: number) => unknown;
  /** What a guarded application answers once it is done; default 204. */
  readonly answer?: (run: number) => ApplicationAnswer;
  /** Told of outcomes beside the scene. */
  readonly hook?: (outcome: ReceiverOutcome) => unknown;
  readonly clock?: FakeClock;
  readonly store?: RecordingReplayStore;
  readonly secret?: string;
}

/** How a refusal is answered and told. */
export interface Refusal {
  readonly status: number;
  readonly code: WebhookErrorCode | readonly WebhookErrorCode[];
  /** Whether it comes after the claim; before, the store must not have been asked. */
  readonly afterClaim?: boolean;
}

type Outcome = AcceptedOutcome | RefusedOutcome;

/** How much has happened up to a moment. */
export interface SoFar {
  readonly runs: number;
  readonly outcomes: number;
  readonly calls: number;
}

/** A receiver on a server of its own, with everything that it told and did. */
export class Scene {
  readonly clock: FakeClock;
  readonly store: RecordingReplayStore;
  readonly secret: string;
  readonly provider: Provider;
  /** What reached the application. */
  readonly runs: AcceptedWebhook<WebhookEvent>[] = [];
  readonly outcomes: Outcome[] = [];
  readonly notices: Notice[] = [];
  readonly #connections: RawConnection[] = [];
  #served: ServedReceiver | undefined;
  #deliveries = 0;

  private constructor(options: SceneOptions) {
    this.clock = options.clock ?? fakeClock();
    this.store = options.store ?? recordingReplayStore(memoryReplayStore({ now: this.clock.now }));
    this.secret = options.secret ?? generateSecret();
    this.provider = options.provider ?? standardWebhooks;
  }

  /** Serves a receiver; rejects with what `serve` rejects with. */
  static async open(target: AdapterTarget, options: SceneOptions = {}): Promise<Scene> {
    const scene = new Scene(options);
    scene.#served = await target.serve({
      receiver: {
        provider: scene.provider,
        secrets: scene.secret,
        replay: scene.store,
        now: scene.clock.now,
        schedule: scene.clock.schedule,
        ...options.receiver,
        onOutcome: (outcome) => {
          if (outcome.kind === 'notice') scene.notices.push(outcome);
          else scene.outcomes.push(outcome);
          return options.hook?.(outcome);
        },
      },
      parserFirst: options.parserFirst ?? false,
      application: async (webhook) => {
        scene.runs.push(webhook);
        const run = scene.runs.length;
        await options.application?.(webhook, run);
        return options.answer?.(run) ?? { status: 204, body: null };
      },
    });
    return scene;
  }

  get origin(): string {
    assert.ok(this.#served, 'the scene is open');
    return this.#served.origin;
  }

  /** Now, as headers write it. */
  get seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.#served?.close();
  }

  /** What has happened up to here, to tell later what has happened since. */
  get soFar(): SoFar {
    return { runs: this.runs.length, outcomes: this.outcomes.length, calls: this.store.calls.length };
  }

  /** What the store was asked, and what it answered to commits and claims. */
  get asked(): readonly string[] {
    return this.store.calls.map(({ method, answer }) =>
      answer === undefined ? method : `${method}: ${answer}`,
    );
  }

  /** A genuine delivery of now, with an id of its own. */
  signed(options: Partial<SignedRequestOptions> = {}): Promise<SignedRequest> {
    this.#deliveries += 1;
    return signedRequest({
      provider: this.provider,
      secret: this.secret,
      timestamp: new Date(this.clock.now()),
      ...options,
      event: { id: `evt_${this.#deliveries}`, ...options.event },
    });
  }

  /** A connection to the receiver, which ends with the scene. */
  async connect(): Promise<RawConnection> {
    const connection = await RawConnection.open(this.origin);
    this.#connections.push(connection);
    return connection;
  }

  /** A connection on which this request has been sent, and nothing awaited. */
  async sent(request: WireRequest): Promise<RawConnection> {
    const connection = await this.connect();
    connection.send(request);
    return connection;
  }

  send(request: WireRequest): Promise<WireResponse | undefined> {
    return exchange(this.origin, request);
  }

  /** The delivery is processed: 2xx, the application has run once, and the outcome says so. */
  async accepts(what: string, request: WireRequest): Promise<AcceptedWebhook<WebhookEvent>> {
    const before = this.soFar;
    return this.checkAccepted(what, await this.send(request), before);
  }

  /** The same for a request that was sent by other means. */
  async checkAccepted(
    what: string,
    response: WireResponse | undefined,
    { runs, outcomes }: SoFar,
  ): Promise<AcceptedWebhook<WebhookEvent>> {
    const code = this.outcomes.at(-1)?.code;
    assert.ok(isSuccess(response), `${what}: refused with ${response?.status} (${code})`);
    const webhook = this.runs[runs];
    assert.ok(
      webhook !== undefined,
      `${what}: answered ${response?.status}, but the application has not run`,
    );
    assert.equal(this.runs.length, runs + 1, `${what}: the application ran more than once`);
    assert.equal(await this.#outcome(what, outcomes), 'processed', `${what}: the outcome`);
    return webhook;
  }

  /** The delivery is acknowledged without being processed. */
  async acknowledges(what: string, request: WireRequest, code: 'duplicate' | 'ignored'): Promise<void> {
    const [runs, outcomes] = [this.runs.length, this.outcomes.length];
    const response = await this.send(request);
    assert.equal(this.runs.length, runs, `${what}: the application ran`);
    assertReceived(what, response, code);
    assert.equal(await this.#outcome(what, outcomes), code, `${what}: the outcome`);
  }

  /** The delivery is refused, in one of these ways: nothing ran, nothing was remembered, nothing is revealed. */
  async refuses(
    what: string,
    request: WireRequest,
    refusal: Refusal,
    ...others: Refusal[]
  ): Promise<WireResponse> {
    const before = this.soFar;
    const response = await this.send(request);
    const way = others.find(({ status }) => status === response?.status) ?? refusal;
    return this.checkRefusal(what, response, { ...way, method: request.method }, before);
  }

  /** The same for a request that was sent by other means. */
  async checkRefusal(
    what: string,
    response: WireResponse | undefined,
    { status, code, afterClaim = false, method }: Refusal & { readonly method?: string | undefined },
    before: SoFar,
  ): Promise<WireResponse> {
    assert.equal(this.runs.length, before.runs, `${what}: the application ran`);
    const calls = this.store.calls.slice(before.calls);
    if (!afterClaim) assert.deepEqual(calls, [], `${what}: the replay store was asked`);
    assert.ok(response, `${what}: the connection was closed without an answer`);
    assert.equal(response.status, status, `${what}: the status`);
    assertRefusal(what, response, method);
    const told = await this.#outcome(what, before.outcomes);
    const codes: readonly string[] = [code].flat();
    assert.ok(codes.includes(told), `${what}: the outcome is ${told}, expected ${codes.join(' or ')}`);
    return response;
  }

  /** Refused by the receiver, or by the HTTP server before it: 4xx or a closed connection, and nothing happened. */
  async rejects(what: string, request: WireRequest): Promise<void> {
    const [runs, calls] = [this.runs.length, this.store.calls.length];
    const response = await this.send(request);
    await this.quiet();
    assert.equal(this.runs.length, runs, `${what}: the application ran`);
    assert.equal(this.store.calls.length, calls, `${what}: the replay store was asked`);
    const isRefused = response === undefined || (response.status >= 400 && response.status <= 499);
    assert.ok(isRefused, `${what}: answered ${response?.status}`);
  }

  /** Until nothing waits for the clock any more, and everything that could be told has been. */
  async quiet(): Promise<void> {
    await until('the receiver to come to rest', async () => {
      await this.clock.advance(0);
      return this.clock.pending === 0;
    });
  }

  /** Until the number of outcomes is reached; those after an answer come when the clock moves. */
  async untilOutcomes(count: number): Promise<void> {
    await until(`outcome ${count}`, async () => {
      await this.clock.advance(0);
      return this.outcomes.length >= count;
    });
  }

  async #outcome(what: string, before: number): Promise<Outcome['code']> {
    await this.untilOutcomes(before + 1);
    assert.equal(this.outcomes.length, before + 1, `${what}: more than one outcome`);
    const outcome = this.outcomes[before];
    assert.ok(outcome);
    return outcome.code;
  }
}

/** Opens a scene, plays it and closes it. */
export async function withScene(
  target: AdapterTarget,
  options: SceneOptions,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = await Scene.open(target, options);
  try {
    await play(scene);
  } finally {
    await scene.close();
  }
}
