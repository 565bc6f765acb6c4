import { type DeliveryInfo, type EncodedEvent, JsonText, type Provider, sign } from '@countersign/core';
import type { StoredEvent } from '../ports/records.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

/** A request to be sent. */
export interface OutgoingRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What the envelope made, before anything was signed. */
  readonly unsigned: Pick<EncodedEvent, 'headers' | 'body'>;
}

/** The delivery that a request is written for, at the time of its attempt. */
export type AttemptInfo = DeliveryInfo & { readonly sentAt: Date };

/**
 * Encodes and signs an event for one attempt. The signed time is the attempt's; the id is the event's where the
 * envelope reads it back from the signed header, and the delivery's where that header is the delivery's own.
 */
export async function buildRequest(
  event: StoredEvent,
  info: AttemptInfo,
  target: Target,
  { provider, alsoSign }: Pick<WireFormat, 'provider' | 'alsoSign'>,
): Promise<OutgoingRequest> {
  const { envelope } = provider;
  const { id, type, timestampMs, data } = event;
  const outgoing = { id, type, timestamp: new Date(timestampMs), data: new JsonText(data) };
  const encoded = envelope.encode(outgoing, info);
  const headers: Record<string, string> = {
    'user-agent': 'countersign',
    ...target.headers,
    ...encoded.headers,
  };
  let { body } = encoded;
  for (const signer of [provider, ...alsoSign]) {
    const input = {
      id: signedId(signer, event, info),
      timestamp: info.sentAt,
      body,
      url: target.record.settings.url,
    };
    const secret = target.keys.forProvider(signer, info.sentAt.getTime());
    const signed = await sign(input, { provider: signer, secret });
    Object.assign(headers, signed.headers);
    body = signed.body;
  }
  return { headers, body, unsigned: encoded };
}

function signedId({ scheme, envelope }: Provider, event: StoredEvent, info: DeliveryInfo): string {
  const field = envelope.fields.id;
  const isEventId = field !== undefined && 'header' in field && scheme.headers.includes(field.header);
  return isEventId ? event.id : info.deliveryId;
}
