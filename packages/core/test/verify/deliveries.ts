import { createHmac } from 'node:crypto';
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verify/create-verifier.js';

/** The time at which the tests stand still. */
export const NOW = new Date('2026-01-15T10:30:00.000Z');
/** The same as the wire writes it. */
export const SECONDS = '1768473000';
/** A Standard Webhooks secret and the bytes that it stands for. */
export const KEY = Buffer.from('0123456789abcdef0123456789abcdef');
export const SECRET = `whsec_${KEY.toString('base64')}`;
export const OTHER_KEY = Buffer.from('fedcba9876543210fedcba9876543210');
export const OTHER_SECRET = `whsec_${OTHER_KEY.toString('base64')}`;

export const BODY = Buffer.from(
  '{"type":"invoice.paid","timestamp":"2026-01-15T10:29:59Z","data":{"amount":1}}',
);

/** What a Standard Webhooks delivery is made of, all of it with a default. */
export interface DeliveryParts {
  readonly id?: string;
  readonly timestamp?: string;
  readonly body?: Uint8Array;
  readonly key?: Uint8Array;
}

/** A `v1` signature, made without the code that is tested. */
export function v1({
  id = 'msg_1',
  timestamp = SECONDS,
  body = BODY,
  key = KEY,
}: DeliveryParts = {}): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

/** A signed Standard Webhooks request. `signature` takes the place of the right one. */
export function delivery(parts: DeliveryParts & { readonly signature?: string } = {}) {
  const { id = 'msg_1', timestamp = SECONDS, body = BODY, signature = v1(parts) } = parts;
  return {
    headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature },
    body,
  };
}

/** A verifier of Standard Webhooks that stands at {@link NOW}. */
export function verifierAtNow(options: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({ secrets: SECRET, now: () => NOW.getTime(), ...options });
}

/** Seconds before (or, if negative, after) {@link NOW}, as the wire writes them. */
export function secondsAgo(seconds: number): string {
  return String(NOW.getTime() / 1000 - seconds);
}
