import {
  memoryReplayStore,
  type ReceiverOutcome,
  type StandardSchema,
  WebhookError,
  type WebhookErrorCode,
  type WebhookRequest,
  type WebhookResponse,
} from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { type FakeClock, fakeClock } from '@countersign/testing';
import { z } from 'zod';
import { memoryInbox } from '../inbox/memory-inbox.js';
import {
  type BufferedRequest,
  type DeliverySpec,
  delivery,
  never,
  type StageOptions,
  scriptedStore,
  stage,
} from './harness.js';

/** Stands in every body, and must not stand in any log. */
export const bodyMarker = 'text-of-the-body-4711';

/** One failed delivery: what was sent, what was answered, what was reported. */
export interface Failure {
  readonly request: BufferedRequest;
  readonly answer: WebhookResponse;
  readonly outcomes: readonly ReceiverOutcome[];
}

interface Scenario {
  readonly options?: (clock: FakeClock) => StageOptions<Record<string, unknown>>;
  readonly spec?: DeliverySpec;
  readonly alter?: (request: BufferedRequest) => WebhookRequest;
  readonly handler?: (signal: AbortSignal) => unknown;
  /** How long until the answer comes. */
  readonly waitMs?: number;
  /** Deliveries before the one that fails. */
  readonly before?: readonly DeliverySpec[];
}

async function fail(scenario: Scenario): Promise<Failure> {
  const clock = fakeClock();
  const { receiver, outcomes } = stage(scenario.options?.(clock), clock);
  receiver.on('*', (_event, { signal }) => scenario.handler?.(signal));
  for (const spec of scenario.before ?? []) await receiver.handle(await delivery(clock, spec));
  receiver.mount('handler');
  outcomes.length = 0;
  const request = await delivery(clock, { data: { n: bodyMarker }, ...scenario.spec });
  const answer = receiver.handle(scenario.alter?.(request) ?? request);
  await clock.advance(scenario.waitMs ?? 0);
  const answered = await answer;
  await clock.advance(0);
  return { request, answer: answered, outcomes };
}

const header =
  (headers: DeliverySpec['headers']): (() => Promise<Failure>) =>
  () =>
    fail({ spec: headers === undefined ? {} : { headers } });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const hours = (count: number): Date => new Date(fakeClock().now() + count * 3_600_000);
const reads = (code: WebhookErrorCode) => (): Promise<Failure> =>
  fail({
    alter: (request) => ({
      ...request,
      body: () => Promise.reject(new WebhookError(code, 'as a bridge says it')),
    }),
  });
const faultySchema: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: () => Promise.reject(new Error('a mistake of the schema')),
  },
};
const aiBody = `{"event_id":"","event_type":"a","timestamp":"2026-01-01T00:00:00Z","data":"${bodyMarker}"}`;
const empBody = `{"event_id":"e1","event_type":"a","timestamp":1767225600000,"data":"${bodyMarker}"}`;

/** Provokes each error once, through `handle`. */
export const provocations: Readonly<Record<WebhookErrorCode, () => Promise<Failure>>> = {
  missing_header: header({ 'webhook-id': undefined }),
  malformed_header: header({ 'webhook-timestamp': '+1767225600' }),
  duplicate_header: header({ 'webhook-signature': ['v1,AAAA', 'v1,BBBB'] }),
  header_mismatch: () =>
    fail({
      options: () => ({ provider: empJobQueue }),
      spec: { provider: empJobQueue, body: empBody, headers: { 'x-webhook-event': 'b' } },
    }),
  body_aborted: reads('body_aborted'),
  body_already_parsed: reads('body_already_parsed'),
  invalid_utf8: () => fail({ spec: { body: Uint8Array.of(...text(`"${bodyMarker}`), 0xff, 0x22) } }),
  invalid_json: () => fail({ spec: { body: `{"data":"${bodyMarker}"` } }),
  malformed_envelope: () => fail({ spec: { body: `{"data":"${bodyMarker}"}` } }),
  malformed_identity: () =>
    fail({ options: () => ({ provider: aiPlatform }), spec: { provider: aiPlatform, body: aiBody } }),
  no_key: () => fail({ options: () => ({ secrets: () => undefined }) }),
  signature_mismatch: () =>
    fail({ alter: (request) => ({ ...request, body: text(`{"data":"${bodyMarker}"}`) }) }),
  timestamp_too_old: () => fail({ spec: { signedAt: hours(-1) } }),
  timestamp_too_new: () => fail({ spec: { signedAt: hours(1) } }),
  method_not_allowed: () => fail({ alter: (request) => ({ ...request, method: 'GET' }) }),
  body_timeout: () => fail({ alter: (request) => ({ ...request, body: never }), waitMs: 10_000 }),
  body_too_large: () => fail({ options: () => ({ maxBodyBytes: 20 }) }),
  unsupported_content_encoding: header({ 'content-encoding': 'br' }),
  schema_mismatch: () => fail({ options: () => ({ events: { 'job.done': z.object({ n: z.number() }) } }) }),
  handler_failed: () => fail({ handler: () => Promise.reject(new Error('no')) }),
  internal_error: () => fail({ options: () => ({ events: { 'job.done': faultySchema } }) }),
  in_progress: () =>
    fail({ options: (clock) => ({ replay: scriptedStore(clock, { claim: () => 'in_progress' }) }) }),
  handler_timeout: () => fail({ handler: never, waitMs: 25_000 }),
  secrets_unavailable: () =>
    fail({ options: () => ({ secrets: () => Promise.reject(new Error('vault sealed')) }) }),
  replay_store_unavailable: () =>
    fail({ options: (clock) => ({ replay: scriptedStore(clock, { claim: never }) }), waitMs: 2_000 }),
  replay_store_full: () =>
    fail({
      options: (clock) => ({ replay: memoryReplayStore({ maxKeys: 1, now: clock.now }) }),
      before: [{ id: 'full' }],
    }),
  inbox_unavailable: () =>
    fail({
      options: (clock) => ({ ack: 'before', inbox: { ...memoryInbox(clock.now), put: never } }),
      waitMs: 2_000,
    }),
  claim_lost: () => {
    const claims: ('claimed' | 'in_progress')[] = ['claimed', 'in_progress'];
    return fail({
      options: (clock) => ({
        replay: scriptedStore(clock, { claim: () => claims.shift() ?? 'in_progress' }),
      }),
      handler: (signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      waitMs: 5_000,
    });
  },
};
