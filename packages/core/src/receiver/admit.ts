import { WebhookError } from '../errors/webhook-error.js';
import { RequestReader } from '../request/header-reader.js';
import { bodyTooLarge, checkBodyHeaders } from '../request/read-body.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import { withDeadline } from '../time/deadline.js';
import type { MaybePromise } from '../time/maybe-promise.js';
import { authenticate } from '../verify/authenticate.js';
import { type DecodedBody, decodeBody, messageOf, parseBody, verifyContent } from '../verify/verification.js';
import type { VerifiedDelivery } from '../verify/verified-delivery.js';
import { answerChallenge, answerHandshake } from './handshake.js';
import type { ReceiverSettings } from './options.js';
import type { Trace } from './trace.js';

/** A genuine delivery, or the answer to a provider's check of the endpoint. */
export type Admission =
  | { readonly kind: 'delivery'; readonly delivery: VerifiedDelivery; readonly body: DecodedBody }
  | { readonly kind: 'handshake'; readonly response: WebhookResponse };

/**
 * From request to verified delivery: method, encoding, length and header syntax, then the body under its
 * limits, keys, signature, decoding, freshness. Rejects with the first thing that is wrong.
 */
export async function admit(
  settings: ReceiverSettings,
  request: WebhookRequest,
  trace: Trace,
): Promise<Admission> {
  const { provider, rules } = settings;
  const { scheme } = provider;
  const reader = new RequestReader(request);
  if (request.method !== 'POST') {
    const response = await answerChallenge(settings, reader, request);
    if (response !== undefined) return { kind: 'handshake', response };
    throw new WebhookError(
      'method_not_allowed',
      `the method must be POST, got ${request.method.slice(0, 16)}`,
    );
  }
  checkBodyHeaders(reader, settings.maxBodyBytes);
  const read = scheme.read(reader);
  const bytes = request.body instanceof Uint8Array ? request.body : await readBody(settings, request.body);
  if (bytes.length > settings.maxBodyBytes) throw bodyTooLarge(settings.maxBodyBytes);
  trace.ended('bodyMs');

  const credentials = scheme.readBody?.(bytes) ?? read;
  const { keys, tenant } = await settings.resolveKeys(request);
  const message = messageOf(reader, credentials, bytes);
  const input = { reader, message, credentials, keys, tenant, receivedAtMs: settings.now() };
  trace.claimed = input;
  trace.learn({ tenant });
  const { id: keyId, key } = await authenticate(scheme, input);
  trace.learn({ keyId });
  const json = parseBody(provider, bytes);
  if (provider.handshake !== undefined) {
    const response = await answerHandshake(settings, reader, json, () => key);
    if (response !== undefined) return { kind: 'handshake', response };
  }
  const body = decodeBody(provider, json, reader);
  const delivery = await verifyContent(rules, input, keyId, body);
  trace.ended('verifyMs');
  return { kind: 'delivery', delivery, body };
}

function readBody(
  { maxBodyBytes, bodyTimeoutMs, schedule }: ReceiverSettings,
  read: Exclude<WebhookRequest['body'], Uint8Array>,
): MaybePromise<Uint8Array> {
  const late = (): WebhookError =>
    new WebhookError('body_timeout', `the body took longer than \`bodyTimeoutMs\` (${bodyTimeoutMs} ms)`);
  return withDeadline(bodyTimeoutMs, schedule, late, (signal) => read({ maxBytes: maxBodyBytes, signal }));
}
