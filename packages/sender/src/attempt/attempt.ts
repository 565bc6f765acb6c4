import { kindOf } from '@countersign/core/strict';
import type { AttemptRecord, StoredEvent } from '../ports/records.js';
import type { Exchange, ExchangeRequest, Transport } from '../ports/transport.js';
import type { Clock } from '../time/clock.js';
import type { Timeouts } from '../time/timeouts.js';
import { buildRequest, type OutgoingRequest } from './build-request.js';
import { classify, type Verdict } from './classify.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

const MAX_RESPONSE_BYTES = 65_536;
const STORED_RESPONSE_BYTES = 4096;

/** What attempts are made with. */
export interface AttemptTools {
  readonly wire: WireFormat;
  readonly transport: Transport;
  readonly allowsAddress: (address: string) => boolean;
  /** One for every attempt: the whole exchange must end within it. */
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly storeResponseBody: 'failures' | 'always' | 'never';
}

/** One attempt, to be made. */
export interface AttemptOrder {
  readonly event: StoredEvent;
  readonly deliveryId: string;
  /** 1 for the first. */
  readonly number: number;
  readonly test: boolean;
  /** Gives the attempt up: its outcome will not be known. */
  readonly abort: AbortController;
}

/** What came of an attempt. */
export interface Attempted {
  readonly record: AttemptRecord;
  readonly verdict: Verdict;
}

/**
 * Makes one attempt: encoded and signed now, one exchange, classified. `undefined` where it was given up. Never
 * rejects: what cannot be written is a failed delivery.
 */
export async function attempt(
  order: AttemptOrder,
  target: Target,
  tools: AttemptTools,
): Promise<Attempted | undefined> {
  const { clock } = tools;
  const startedMs = clock.steadyNow();
  const made = await exchangeOnce(order, target, tools);
  if (made === undefined) return undefined;
  const durationMs = Math.max(0, Math.round(clock.steadyNow() - startedMs));
  if ('refused' in made) {
    return {
      record: { number: order.number, durationMs, error: made.refused },
      verdict: { kind: 'fail', isUnsent: true },
    };
  }
  const verdict = classify(made, target.plan.clientErrors, clock.now());
  return { record: recordOf(made, verdict, order.number, durationMs, tools.storeResponseBody), verdict };
}

/** Why no exchange was made. */
interface Refused {
  readonly refused: string;
}

async function exchangeOnce(
  order: AttemptOrder,
  target: Target,
  tools: AttemptTools,
): Promise<Exchange | Refused | undefined> {
  const { url } = target;
  if ('forbidden' in url) return { refused: url.forbidden };
  let isTimedOut = false;
  const cancel = tools.timeouts.start(() => {
    isTimedOut = true;
    order.abort.abort();
  });
  try {
    const request = await written(order, target, tools);
    if ('refused' in request) return request;
    const exchange = await exchanged({ ...request, url, signal: order.abort.signal }, tools);
    if (!order.abort.signal.aborted || exchange.kind === 'response') return exchange;
    return isTimedOut
      ? { kind: 'failure', reason: 'timeout', message: 'no complete answer in time' }
      : undefined;
  } finally {
    cancel();
  }
}

async function exchanged(
  request: Pick<ExchangeRequest, 'headers' | 'body' | 'url' | 'signal'>,
  { transport, allowsAddress }: AttemptTools,
): Promise<Exchange> {
  try {
    return await transport.exchange({ ...request, maxResponseBytes: MAX_RESPONSE_BYTES, allowsAddress });
  } catch {
    // A transport must not reject; one that does must not end the process.
    return { kind: 'failure', reason: 'protocol', message: 'the transport threw' };
  }
}

async function written(
  order: AttemptOrder,
  target: Target,
  tools: AttemptTools,
): Promise<OutgoingRequest | Refused> {
  const { event, deliveryId, number, test } = order;
  const sentAt = new Date(tools.clock.now());
  const info = { endpointId: target.record.id, deliveryId, attempt: number, sentAt, test };
  try {
    return await buildRequest(event, info, target, tools.wire);
  } catch (error) {
    // What cannot be written now cannot be written later: ids, data or secrets that the provider does not take.
    return { refused: `cannot be written: ${error instanceof Error ? error.message : kindOf(error)}` };
  }
}

function recordOf(
  exchange: Exchange,
  verdict: Verdict,
  number: number,
  durationMs: number,
  storeResponseBody: AttemptTools['storeResponseBody'],
): AttemptRecord {
  if (exchange.kind === 'failure') {
    return { number, durationMs, error: `${exchange.reason}: ${exchange.message}` };
  }
  const { status, body } = exchange;
  const isKept =
    storeResponseBody === 'always' || (storeResponseBody === 'failures' && verdict.kind !== 'delivered');
  return {
    number,
    durationMs,
    status,
    error: status >= 300 && status < 400 ? 'redirects are not followed' : undefined,
    responseBody: isKept && body.length > 0 ? storedText(body) : undefined,
  };
}

const decoder = new TextDecoder();

// Not every database takes a NUL in a text.
function storedText(body: Uint8Array): string {
  return decoder.decode(body.subarray(0, STORED_RESPONSE_BYTES)).replaceAll('\0', '\uFFFD');
}
