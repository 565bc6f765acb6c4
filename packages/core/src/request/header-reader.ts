import { mustBe } from '../errors/describe.js';
import { WebhookError } from '../errors/webhook-error.js';
import type { WebhookHeaders } from './webhook-request.js';

const MAX_VALUE_LENGTH = 4096;
const NOT_PRINTABLE = /[^ -~]/;

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
  readonly #headers: WebhookHeaders;

  constructor(request: { readonly method: string; readonly url: string; readonly headers: WebhookHeaders }) {
    const { method, url, headers } = request;
    if (typeof headers !== 'object' || headers === null) {
      throw mustBe('headers', 'a `Headers` or a record', headers, 'invalid_input');
    }
    this.method = method;
    this.url = url;
    this.#headers = isHeaders(headers) || hasLowerCaseNames(headers) ? headers : withLowerCaseNames(headers);
  }

  optionalHeader(name: string): string | undefined {
    const headers = this.#headers;
    if (isHeaders(headers)) {
      const value = headers.get(name);
      return value === null ? undefined : checked(value, name);
    }
    const found = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (found === undefined || found === null) return undefined;
    const value = isList(found) ? oneOf(found, name) : found;
    return value === undefined ? undefined : checked(value, name);
  }

  header(name: string): string {
    const value = this.optionalHeader(name);
    if (value === undefined) throw new WebhookError('missing_header', `header \`${name}\` is missing`);
    return value;
  }
}

type HeaderRecord = Exclude<WebhookHeaders, Headers>;

function hasLowerCaseNames(headers: HeaderRecord): boolean {
  for (const name in headers) if (name !== name.toLowerCase()) return false;
  return true;
}

// The same header in two spellings is a repeated header.
function withLowerCaseNames(headers: HeaderRecord): HeaderRecord {
  const lowerCase: Record<string, string[]> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === null) continue;
    const key = name.toLowerCase();
    const values = lowerCase[key] ?? [];
    lowerCase[key] = values;
    values.push(...(typeof value === 'string' ? [value] : value));
  }
  return lowerCase;
}

/** Whether headers are those of the Fetch API. */
export function isHeaders(headers: WebhookHeaders): headers is Headers {
  return typeof headers.get === 'function';
}

function isList(value: string | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}

function oneOf(values: readonly string[], name: string): string | undefined {
  if (values.length <= 1) return values[0];
  throw new WebhookError('duplicate_header', `header \`${name}\` stands ${values.length} times`);
}

function checked(value: string, name: string): string {
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) {
    throw malformedHeader(name, `must be a text of at most ${MAX_VALUE_LENGTH} characters`);
  }
  if (NOT_PRINTABLE.test(value)) throw malformedHeader(name, 'must be printable ASCII');
  return value;
}

/** A `malformed_header` that names the header and the rule, never the value. */
export function malformedHeader(name: string, rule: string): WebhookError {
  return new WebhookError('malformed_header', `header \`${name}\` ${rule}`);
}
