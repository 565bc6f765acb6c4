import { mustBe } from '../errors/describe.js';
import { isWebhookError, WebhookError } from '../errors/webhook-error.js';
import { storedHeaders } from '../inbox/stored-headers.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import { withDeadline } from '../time/deadline.js';
import type { InboxLink } from './inbox-link.js';
import { commit, type Received } from './receive.js';
import type { Trace } from './trace.js';

/**
 * Acknowledges a delivery that is stored. Not stored: its claim is given back, and the sender told to come back;
 * should the write arrive all the same, the repeat is `known`.
 */
export async function putInInbox(
  link: InboxLink,
  request: WebhookRequest,
  trace: Trace,
  received: Received<unknown>,
): Promise<WebhookResponse> {
  const { session } = received;
  let answer: 'stored' | 'known';
  try {
    answer = await put(link, request, received);
  } catch (cause) {
    await session?.release();
    if (isWebhookError(cause)) throw cause;
    throw new WebhookError('inbox_unavailable', 'the inbox failed', { cause });
  }
  trace.ended('inboxMs');
  if (answer === 'known') return commit(session, trace, 'duplicate');
  link.onStored();
  return commit(session, trace, 'acknowledged', 202);
}

async function put(
  { inbox, settings }: InboxLink,
  request: WebhookRequest,
  { event, delivery }: Received<unknown>,
): Promise<'stored' | 'known'> {
  const { ttlMs: rememberMs, storeTimeoutMs, schedule } = settings.claims;
  const { body, keyId, tenant, timestamp } = delivery;
  const stored = {
    key: delivery.replayKey,
    receiver: settings.name,
    tenant,
    keyId,
    deliveryId: delivery.id,
    eventId: event.id,
    type: event.type,
    timestampMs: timestamp?.getTime(),
    headers: storedHeaders(request.headers, settings.provider),
    body,
  };
  const late = (): WebhookError =>
    new WebhookError('inbox_unavailable', `the inbox took longer than ${storeTimeoutMs} ms`);
  const answer = await withDeadline(storeTimeoutMs, schedule, late, (signal) =>
    inbox.store.put(stored, { rememberMs, signal }),
  );
  if (answer === 'stored' || answer === 'known') return answer;
  throw mustBe('inbox.put()', "'stored' or 'known'", answer);
}
