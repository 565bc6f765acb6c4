import { WebhookError } from '../errors/webhook-error.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import type { VerifiedDelivery } from '../verify/verified-delivery.js';
import type { ReceiverSettings } from './options.js';
import { report } from './outcome.js';
import { commit, keepClaim, type Received } from './receive.js';
import type { Trace } from './trace.js';

/** A delivery for the application's own handler, or the answer to give instead of running it. */
export type Acceptance<Event> =
  | {
      readonly accepted: true;
      readonly event: Event;
      readonly delivery: VerifiedDelivery;
      /**
       * Call it once with the status that the application answers: 2xx commits, anything else gives the claim
       * back. Never rejects.
       */
      settle(status: number): Promise<void>;
    }
  | { readonly accepted: false; readonly response: WebhookResponse };

/** What an adapter needs of a receiver in guard mode. */
export interface WebhookGate<Event> {
  /** Verifies and claims one request; never rejects. */
  accept(request: WebhookRequest): Promise<Acceptance<Event>>;
  /** Called once by the adapter that mounts it. */
  mount?(mode: 'handler' | 'guard'): void;
}

/** What a guard hands to the application. */
export interface AcceptedWebhook<Event> {
  readonly event: Event;
  readonly delivery: VerifiedDelivery;
}

/** Holds the claim until the application has answered, `handlerTimeoutMs` at most. */
export function holdForApplication(
  settings: ReceiverSettings,
  request: WebhookRequest,
  trace: Trace,
  { session, event, abort }: Received<unknown>,
): (status: number) => Promise<void> {
  keepClaim(session, abort);
  const cancel = settings.schedule(() => {
    session?.stop();
    report(settings.onOutcome, {
      kind: 'notice',
      code: 'answer_overdue',
      receiver: settings.name,
      message: `\`${event.type}\` (${event.id}) was not answered within \`handlerTimeoutMs\`; its claim lapses`,
    });
  }, settings.handlerTimeoutMs);
  const settle = async (status: number): Promise<void> => {
    cancel();
    trace.ended('handlerMs');
    if (status >= 200 && status <= 299) return void (await commit(session, trace, 'processed', status));
    await session?.release();
    trace.refused(new WebhookError('handler_failed', `the application answered ${status}`), request, status);
  };
  let settled: Promise<void> | undefined;
  return (status) => {
    settled ??= settle(status);
    return settled;
  };
}
