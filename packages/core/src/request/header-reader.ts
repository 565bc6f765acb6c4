import { WebhookError } from '../errors/webhook-error.js';
import type { WebhookHeaders } from './webhook-request.js';

const MAX_VALUE_LENGTH = 4096;

/** The part of a request that decides authentication, apart from the body. */
export interface HeaderReader {
  /** The one value of a header; missing, repeated, oversized or unprintable is a `WebhookError`. */
  header(name: string): string;
  /** The same, `undefined` where the header is missing. */
  optionalHeader(name: string): string | undefined;
}

/**
 * A request without its body. Headers are read strictly: one value each, at most 4 KiB, printable ASCII.
 * Names are given in lower case and match any case.
 */
export class RequestReader implements HeaderReader {
  readonly method: string;
  readonly url: string;
  readonly #find: (name: string) => Found;

  constructor(request: { readonly method: string; readonly url: string; readonly headers: WebhookHeaders }) {
    this.method = request.method;
    this.url = request.url;
    this.#find = finderOf(request.headers);
  }

  optionalHeader(name: string): string | undefined {
    const found = this.#find(name);
    const value = typeof found === 'string' || found === undefined ? found : oneOf(found, name);
    return value === undefined ? undefined : checked(value, name);
  }

  header(name: string): string {
    const value = this.optionalHeader(name);
    if (value === undefined) throw new WebhookError('missing_header', `header \`${name}\` is missing`);
    return value;
  }
}

type Found = string | readonly string[] | undefined;

function finderOf(headers: WebhookHeaders): (name: string) => Found {
  if (isHeaders(headers)) return (name) => headers.get(name) ?? undefined;
  const names = Object.keys(headers);
  if (names.every((name) => name === name.toLowerCase())) {
    return (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined);
  }
  const lowerCase = new Map<string, string[]>();
  for (const name of names) {
    const values = [headers[name] ?? []].flat();
    const key = name.toLowerCase();
    lowerCase.set(key, [...(lowerCase.get(key) ?? []), ...values]);
  }
  return (name) => lowerCase.get(name);
}

function isHeaders(headers: WebhookHeaders): headers is Headers {
  return typeof headers.get === 'function';
}

function oneOf(values: readonly string[], name: string): string | undefined {
  if (values.length > 1) {
    throw new WebhookError('duplicate_header', `header \`${name}\` stands ${values.length} times`);
  }
  return values[0];
}

function checked(value: string, name: string): string {
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) {
    throw malformedHeader(name, `must be a text of at most ${MAX_VALUE_LENGTH} characters`);
  }
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) throw malformedHeader(name, 'must be printable ASCII');
  }
  return value;
}

/** A `malformed_header` that names the header and the rule, never the value. */
export function malformedHeader(name: string, rule: string): WebhookError {
  return new WebhookError('malformed_header', `header \`${name}\` ${rule}`);
}
