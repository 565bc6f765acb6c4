import type { Provider } from '../provider/provider.js';
import { isHeaders } from '../request/header-reader.js';
import type { WebhookHeaders } from '../request/webhook-request.js';

const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie'];

/**
 * Headers as JSON, without those that authenticate: a token among them would open the door to whoever reads the
 * inbox. Those that the envelope reads stay.
 */
export function storedHeaders(headers: WebhookHeaders, { scheme, envelope }: Provider): string {
  const left = new Set([...CREDENTIALS, ...scheme.headers]);
  for (const field of Object.values(envelope.fields)) if ('header' in field) left.delete(field.header);
  const isKept = ([name]: readonly [string, unknown]): boolean => !left.has(name.toLowerCase());
  return JSON.stringify(
    isHeaders(headers)
      ? [...headers].filter(isKept)
      : Object.fromEntries(Object.entries(headers).filter(isKept)),
  );
}

/** The same headers in the form that they had: a `Headers`, or a record. */
export function restoredHeaders(text: string): WebhookHeaders {
  const headers: WebhookHeaders | [string, string][] = JSON.parse(text);
  return Array.isArray(headers) ? new Headers(headers) : headers;
}
