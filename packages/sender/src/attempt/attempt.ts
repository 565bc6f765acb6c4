import { kindOf } from '@countersign/core/strict';
import type { AttemptRecord, StoredEvent } from '../ports/records.js';
import type { Exchange, Transport } from '../ports/transport.js';
import type { Clock } from '../time/clock.js';
import type { Timeouts } from '../time/timeouts.js';
import { boundedExchange } from './bounded-exchange.js';
import { buildRequest, type OutgoingRequest } from './build-request.js';
import { classify, type Verdict } from './classify.js';
import { redacted } from './redact.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

const MAX_RESPONSE_BYTES = 65_536;
const STORED_RESPONSE_BYTES = 4096;
const LONGEST_MESSAGE = 1000;
const TIMEOUT: Exchange = { kind: 'failure', reason: 'timeout', message: 'no complete answer in time' };

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
  const { number } = order;
  if ('refused' in made) {
    return {
      record: { number, durationMs, error: made.refused },
      verdict: { kind: 'fail', isUnsent: true },
    };
  }
  const verdict = classify(made.exchange, target.plan.clientErrors, clock.now());
  return { record: { number, durationMs, ...told(made, verdict, order, target, tools) }, verdict };
}

type Told = Pick<AttemptRecord, 'status' | 'error' | 'responseBody'>;

/** What the record has of an exchange. Whatever the other side has sent, a delivery does not hang on it. */
function told(
  { exchange, request }: Made,
  verdict: Verdict,
  { event, deliveryId }: AttemptOrder,
  target: Target,
  { wire, storeResponseBody }: AttemptTools,
): Told {
  const isCut = exchange.kind === 'response' && exchange.truncated;
  const clean = (text: string): string =>
    redacted(text, { request, ids: [event.id, deliveryId], target, wire }, isCut);
  try {
    return resultOf(exchange, keeps(storeResponseBody, verdict), clean);
  } catch {
    return { error: 'protocol: what came cannot be put into the record' };
  }
}

/** Why no exchange was made. */
interface Refused {
  readonly refused: string;
}

/** What was sent, and what came of it. */
interface Made {
  readonly request: OutgoingRequest;
  readonly exchange: Exchange;
}

async function exchangeOnce(
  order: AttemptOrder,
  target: Target,
  tools: AttemptTools,
): Promise<Made | Refused | undefined> {
  const { url } = target;
  const { transport, allowsAddress, clock } = tools;
  const { signal } = order.abort;
  if ('forbidden' in url) return { refused: url.forbidden };
  let isTimedOut = false;
  const cancel = tools.timeouts.start(() => {
    isTimedOut = true;
    order.abort.abort();
  });
  try {
    const request = await written(order, target, tools);
    if ('refused' in request) return request;
    const bounds = { maxResponseBytes: MAX_RESPONSE_BYTES, allowsAddress, signal };
    const { headers, body } = request;
    const exchange = await boundedExchange(transport, { headers, body, url, ...bounds }, clock);
    if (!signal.aborted || exchange.kind === 'response') return { request, exchange };
    return isTimedOut ? { request, exchange: TIMEOUT } : undefined;
  } finally {
    cancel();
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

function keeps(stored: AttemptTools['storeResponseBody'], verdict: Verdict): boolean {
  return stored === 'always' || (stored === 'failures' && verdict.kind !== 'delivered');
}

function resultOf(exchange: Exchange, isBodyKept: boolean, clean: (text: string) => string): Told {
  if (exchange.kind === 'failure') {
    const { reason, message } = exchange;
    return { error: `${reason}: ${clean(message).slice(0, LONGEST_MESSAGE)}` };
  }
  const { status, body } = exchange;
  return {
    status,
    error: status >= 300 && status < 400 ? 'redirects are not followed' : undefined,
    responseBody: isBodyKept && body.length > 0 ? storedText(body, clean) : undefined,
  };
}

const decoder = new TextDecoder();

/** Cut once it is clean: what is cut in two would not be found. */
function storedText(body: Uint8Array, clean: (text: string) => string): string {
  const bytes = Buffer.from(clean(decoder.decode(body)));
  // Not every database takes a NUL in a text.
  return decoder.decode(bytes.subarray(0, STORED_RESPONSE_BYTES)).replaceAll('\0', '\uFFFD');
}
