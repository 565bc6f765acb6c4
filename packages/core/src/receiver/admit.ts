import { WebhookError } from '../errors/webhook-error.js';
import { keysAt } from '../keys/key-ring.js';
import type { HandshakeInput } from '../provider/provider.js';
import { RequestReader } from '../request/header-reader.js';
import { bodyTooLarge, checkBodyHeaders } from '../request/read-body.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import { withDeadline } from '../time/deadline.js';
import { isPromise } from '../time/maybe-promise.js';
import { type DecodedBody, messageOf, verifyAndDecode } from '../verify/verification.js';
import type { VerifiedDelivery } from '../verify/verified-delivery.js';
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
  const { scheme, handshake } = provider;
  const reader = new RequestReader(request);
  if (request.method !== 'POST') {
    const response = await handshake?.(handshakeInput(settings, request, reader, undefined));
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
  const resolved = settings.resolveKeys(request);
  const { keys, tenant } = isPromise(resolved) ? await resolved : resolved;
  const message = messageOf(reader, credentials, bytes);
  const input = { reader, message, credentials, keys, tenant, receivedAtMs: settings.now() };
  trace.claimed = input;
  const { delivery, body } = await verifyAndDecode(rules, input);
  trace.ended('verifyMs');
  const response = await handshake?.(handshakeInput(settings, request, reader, body.json));
  return response === undefined ? { kind: 'delivery', delivery, body } : { kind: 'handshake', response };
}

function readBody(
  { maxBodyBytes, bodyTimeoutMs, schedule }: ReceiverSettings,
  read: Exclude<WebhookRequest['body'], Uint8Array>,
): Promise<Uint8Array> {
  const late = (): WebhookError =>
    new WebhookError('body_timeout', `the body took longer than \`bodyTimeoutMs\` (${bodyTimeoutMs} ms)`);
  return withDeadline(bodyTimeoutMs, schedule, late, (signal) => read({ maxBytes: maxBodyBytes, signal }));
}

function handshakeInput(
  settings: ReceiverSettings,
  request: WebhookRequest,
  reader: RequestReader,
  verified: unknown,
): HandshakeInput {
  return {
    method: reader.method,
    url: reader.url,
    header: (name) => reader.header(name),
    optionalHeader: (name) => reader.optionalHeader(name),
    verified,
    async sign(content, encoding) {
      const { keys } = await settings.resolveKeys(request);
      const [first] = keysAt(keys, settings.now());
      if (first === undefined) throw new WebhookError('no_key', 'no secret is valid at this time');
      return first.key.sign(content, encoding);
    },
  };
}
