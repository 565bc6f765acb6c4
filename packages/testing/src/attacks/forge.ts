import { createHmac } from 'node:crypto';
import type { WireRequest } from '../scene/wire.js';

/** Text as UTF-8, or bytes. */
export type Bytes = Uint8Array | string;

/** The bytes of a text, or the bytes themselves. */
export const bytes = (content: Bytes): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content) : content;

/** A MAC, computed without the code under test. */
export function mac(algorithm: string, key: Bytes, ...content: readonly Bytes[]): Buffer {
  const hmac = createHmac(algorithm, key);
  for (const part of content) hmac.update(part);
  return hmac.digest();
}

/** The key bytes of a `whsec_` secret. */
export const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/** A Standard Webhooks delivery as an attacker, or a careless sender, writes it. */
export interface StandardDelivery {
  readonly id: string;
  /** As it stands in the header. */
  readonly timestamp: string;
  readonly body: Bytes;
  /** What is signed; default id, time and body as they stand on the wire. */
  readonly content?: Bytes;
  /** The header's value; default the right signature of `content`. */
  readonly signature?: string;
}

/** Writes a delivery whose parts may be anything at all, signed over exactly those parts. */
export function standardDelivery(
  secret: string,
  delivery: StandardDelivery,
): WireRequest & { readonly body: Uint8Array } {
  const { id, timestamp, body } = delivery;
  const content = delivery.content ?? Buffer.concat([bytes(`${id}.${timestamp}.`), bytes(body)]);
  const signature = delivery.signature ?? `v1,${mac('sha256', keyOf(secret), content).toString('base64')}`;
  return {
    headers: [
      ['content-type', 'application/json'],
      ['webhook-id', id],
      ['webhook-timestamp', timestamp],
      ['webhook-signature', signature],
    ],
    body: bytes(body),
  };
}

/** A Standard Webhooks body whose data is the JSON given. */
export const standardBody = (data: string, type = 'test.event'): string =>
  `{"type":${JSON.stringify(type)},"timestamp":"2026-01-01T00:00:00Z","data":${data}}`;
