import type { Decoded } from '../envelope/port.js';
import { WebhookError } from '../errors/webhook-error.js';
import type { WebhookEvent } from '../events/event-types.js';
import type { StandardSchema } from '../events/standard-schema.js';
import { validate } from '../events/validate.js';
import type { EventField } from '../provider/coverage.js';
import { ClaimSession } from '../replay/claim-session.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import { withDeadline } from '../time/deadline.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';
import type { DecodedBody } from '../verify/verification.js';
import type { VerifiedDelivery } from '../verify/verified-delivery.js';
import { admit } from './admit.js';
import type { ReceiverSettings } from './options.js';
import { acknowledge } from './respond.js';
import type { Trace } from './trace.js';

/** Who takes an event, and what its payload must pass first. */
export interface Destination<Taker> {
  readonly taker: Taker;
  readonly schema: StandardSchema | undefined;
}

/** What the receiver knows of its events. */
export interface Routing<Taker> {
  readonly unauthenticated: readonly EventField[];
  destinationOf(type: string): Destination<Taker> | undefined;
}

/** A claimed, validated event on its way to whoever takes it. */
export interface Received<Taker> {
  readonly event: WebhookEvent;
  readonly delivery: VerifiedDelivery;
  /** `undefined` with `replay: false`. */
  readonly session: ClaimSession | undefined;
  /** Aborts when another process has taken the claim. */
  readonly abort: AbortController;
  readonly taker: Taker;
}

/** An event to be taken, or the answer where nothing is left to do. */
export type Reception<Taker> =
  | { readonly received: Received<Taker>; readonly response?: undefined }
  | { readonly received?: undefined; readonly response: WebhookResponse };

/** Verifies, claims and validates one request; rejects with what is wrong, the claim given back. */
export async function receive<Taker>(
  settings: ReceiverSettings,
  request: WebhookRequest,
  trace: Trace,
  { unauthenticated, destinationOf }: Routing<Taker>,
): Promise<Reception<Taker>> {
  const admission = await admit(settings, request, trace);
  if (admission.kind === 'handshake') {
    trace.accepted('handshake', admission.response.status);
    return { response: admission.response };
  }
  const { delivery, body } = admission;
  const { decoded } = body;
  const id = decoded.id ?? delivery.id;
  trace.learn({ deliveryId: delivery.id, eventId: id, eventType: decoded.type });

  const { replay, claims } = settings;
  const session =
    replay === undefined ? undefined : await ClaimSession.open(replay, delivery.replayKey, claims);
  trace.ended('claimMs');
  if (session === 'in_progress') {
    throw new WebhookError('in_progress', 'another copy of this delivery is being processed');
  }
  if (session === 'done') {
    trace.accepted('duplicate');
    return { response: acknowledge('duplicate') };
  }
  const destination = destinationOf(decoded.type);
  if (destination === undefined) return { response: await commit(session, trace, 'ignored') };
  const abort = new AbortController();
  try {
    let data = validateInTime(settings, destination.schema, decoded);
    if (isPromise(data)) {
      keepClaim(session, abort);
      data = await data;
      if (abort.signal.aborted) throw abort.signal.reason;
    }
    const event = eventOf(id, body, data, unauthenticated);
    return { received: { event, delivery, session, abort, taker: destination.taker } };
  } catch (error) {
    await session?.release();
    throw error;
  }
}

/** Extends the claim for as long as somebody works on the event; work that is done at once needs no timer. */
export function keepClaim(session: ClaimSession | undefined, abort: AbortController): void {
  session?.keep(() => abort.abort(new WebhookError('claim_lost', 'another process has taken the claim')));
}

/** The event of a verified body and its validated payload. */
export function eventOf(
  id: string,
  { json, decoded: { type, timestamp } }: DecodedBody,
  data: unknown,
  unauthenticated: readonly EventField[],
): WebhookEvent {
  return { id, type, timestamp, data, body: json, unauthenticated };
}

/** The payload as its schema returns it, within `handlerTimeoutMs`. */
export function validateInTime(
  { handlerTimeoutMs, schedule }: ReceiverSettings,
  schema: StandardSchema | undefined,
  { type, data }: Decoded,
): MaybePromise<unknown> {
  const late = (): WebhookError =>
    new WebhookError(
      'handler_timeout',
      `the schema of \`${type}\` took longer than \`handlerTimeoutMs\` (${handlerTimeoutMs} ms)`,
    );
  return withDeadline(handlerTimeoutMs, schedule, late, () => validate(schema, data));
}

/** Commits, reports, and acknowledges in any case: what is done is done, whatever the store says. */
export async function commit(
  session: ClaimSession | undefined,
  trace: Trace,
  code: 'processed' | 'ignored' | 'acknowledged' | 'duplicate',
  status = 200,
): Promise<WebhookResponse> {
  const isCommitted = session === undefined || (await session.commit());
  trace.accepted(isCommitted ? code : 'commit_failed', status, session?.commitError);
  return acknowledge(code);
}
