import { WebhookError } from '../errors/webhook-error.js';
import type { EventHandler, WebhookEvent } from '../events/event-types.js';
import type { ClaimSession } from '../replay/claim-session.js';
import { outlive, type WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';
import type { ReceiverSettings } from './options.js';
import { report } from './outcome.js';
import { commit, keepClaim, type Received } from './receive.js';
import type { Trace } from './trace.js';

/** How a handler ended. */
export type Settled = { readonly failed: false } | { readonly failed: true; readonly cause: unknown };

/**
 * Runs a handler with its claim kept alive. Resolved: committed. Failed: given back, for the retry. Still
 * running at `handlerTimeoutMs`: the signal aborts and the sender is told to come back, while the claim is
 * held until the handler's promise settles.
 */
export async function runHandler(
  settings: ReceiverSettings,
  request: WebhookRequest,
  trace: Trace,
  received: Received<EventHandler<WebhookEvent>>,
): Promise<WebhookResponse> {
  const { event, delivery, session, abort, taker: handler } = received;
  const { signal } = abort;
  const running = settle(() =>
    handler(event, { delivery, claim: session?.claim, headers: request.headers, signal }),
  );
  if (isPromise(running)) keepClaim(session, abort);
  const outcome = isPromise(running) ? await inTime(settings, running) : running;
  trace.ended('handlerMs');
  if (outcome === undefined) {
    const error = handlerTimeout(settings, event.type);
    abort.abort(error);
    outlive(request, settleLate(settings, received, running));
    throw error;
  }
  if (!outcome.failed) return commit(session, trace, 'processed');
  await session?.release();
  if (signal.aborted) throw signal.reason;
  throw handlerFailed(event.type, outcome.cause);
}

/** The handler still runs at its time limit. */
export function handlerTimeout({ handlerTimeoutMs }: ReceiverSettings, type: string): WebhookError {
  return new WebhookError(
    'handler_timeout',
    `the handler of \`${type}\` took longer than \`handlerTimeoutMs\` (${handlerTimeoutMs} ms)`,
  );
}

/** The handler threw or rejected. */
export function handlerFailed(type: string, cause: unknown): WebhookError {
  return new WebhookError('handler_failed', `the handler of \`${type}\` failed`, { cause });
}

const RESOLVED: Settled = { failed: false };

/** Runs a handler. One that is done at once needs neither a timer nor an extended claim. */
export function settle(work: () => unknown): MaybePromise<Settled> {
  const failed = (cause: unknown): Settled => ({ failed: true, cause });
  try {
    const result = work();
    return isPromise(result) ? Promise.resolve(result).then(() => RESOLVED, failed) : RESOLVED;
  } catch (cause) {
    return failed(cause);
  }
}

/** `undefined` where it still runs at `handlerTimeoutMs`. */
export function inTime(settings: ReceiverSettings, running: Promise<Settled>): Promise<Settled | undefined> {
  return new Promise((resolve) => {
    const cancel = settings.schedule(() => resolve(undefined), settings.handlerTimeoutMs);
    void running.then((outcome) => {
      cancel();
      resolve(outcome);
    });
  });
}

async function settleLate(
  settings: ReceiverSettings,
  { session, event }: Received<unknown>,
  running: MaybePromise<Settled>,
): Promise<void> {
  const outcome = await running;
  const claim = await (outcome.failed ? release(session) : committed(session));
  report(settings.onOutcome, {
    kind: 'notice',
    code: 'handler_settled_late',
    receiver: settings.name,
    message: `the late handler of \`${event.type}\` (${event.id}) ${outcome.failed ? 'failed' : 'resolved'}; its claim ${claim}`,
  });
}

async function committed(session: ClaimSession | undefined): Promise<string> {
  const isCommitted = session === undefined || (await session.commit());
  return isCommitted ? 'was committed' : 'had been lost';
}

async function release(session: ClaimSession | undefined): Promise<string> {
  await session?.release();
  return 'was released';
}
