import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Delivery } from './deliveries.js';

/** The least that a receiver can do: one MAC with a prepared key and its comparison, nothing else checked. */
export type BareMac = (delivery: Delivery) => Promise<void>;

/** `webhook-signature: v1,<base64>` over `{id}.{timestamp}.{body}`. */
export function bareStandardWebhooks(secret: string): BareMac {
  const key = createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));
  return async ({ headers, body }) => {
    const given = Buffer.from(headers['webhook-signature']?.slice('v1,'.length) ?? '', 'base64');
    compare(key, `${headers['webhook-id']}.${headers['webhook-timestamp']}.`, body, given);
  };
}

/** `stripe-signature: t=<seconds>,v1=<hex>` over `{t}.{body}`. */
export function bareStripe(secret: string): BareMac {
  const key = createSecretKey(Buffer.from(secret));
  return async ({ headers, body }) => {
    const header = headers['stripe-signature'] ?? '';
    const comma = header.indexOf(',');
    const given = Buffer.from(header.slice(comma + ',v1='.length), 'hex');
    compare(key, `${header.slice('t='.length, comma)}.`, body, given);
  };
}

function compare(key: KeyObject, before: string, body: Buffer, given: Buffer): void {
  const mac = createHmac('sha256', key).update(before).update(body).digest();
  if (mac.length !== given.length || !timingSafeEqual(mac, given)) throw new Error('the signature is wrong');
}
