import { WebhookError } from '../errors/webhook-error.js';
import type { EventHandler, WebhookEvent } from '../events/event-types.js';
import type { ClaimSession } from '../replay/claim-session.js';
import { outlive, type WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import type { ReceiverSettings } from './options.js';
import { report } from './outcome.js';
import { commit, type Received } from './receive.js';
import type { Trace } from './trace.js';

type Settled = { readonly failed: false } | { readonly failed: true; readonly cause: unknown };

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

  const outcome = await inTime(settings, running);
  trace.ended('handlerMs');
  if (outcome === undefined) {
    const error = new WebhookError(
      'handler_timeout',
      `the handler of \`${event.type}\` took longer than \`handlerTimeoutMs\` (${settings.handlerTimeoutMs} ms)`,
    );
    abort.abort(error);
    outlive(request, settleLate(settings, received, running));
    throw error;
  }
  if (!outcome.failed) return commit(session, trace, 'processed');
  await session?.release();
  if (signal.aborted) throw signal.reason;
  throw new WebhookError('handler_failed', `the handler of \`${event.type}\` failed`, {
    cause: outcome.cause,
  });
}

async function settle(work: () => unknown): Promise<Settled> {
  try {
    await work();
    return { failed: false };
  } catch (cause) {
    return { failed: true, cause };
  }
}

async function inTime(settings: ReceiverSettings, running: Promise<Settled>): Promise<Settled | undefined> {
  let cancel = (): void => {};
  const timeout = new Promise<undefined>((resolve) => {
    cancel = settings.schedule(() => resolve(undefined), settings.handlerTimeoutMs);
  });
  const outcome = await Promise.race([running, timeout]);
  cancel();
  return outcome;
}

async function settleLate(
  settings: ReceiverSettings,
  { session, event }: Received<unknown>,
  running: Promise<Settled>,
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
