import { ConfigurationError, WebhookError } from '../errors/webhook-error.js';
import { decodeUtf8 } from './utf8.js';

/** The text of a body: fatal UTF-8, byte order mark kept. */
export function bodyText(body: Uint8Array): string {
  const text = decodeUtf8(body);
  if (text === undefined) throw new WebhookError('invalid_utf8', 'the body is not UTF-8');
  return text;
}

/** Parses a body as JSON. A parse error's text can quote the body, so it is not carried along. */
export function parseJsonBody(body: Uint8Array): unknown {
  const text = bodyText(body);
  try {
    return JSON.parse(text);
  } catch {
    throw new WebhookError('invalid_json', `the body (${body.length} bytes) is not JSON`);
  }
}

/** Whether a value is a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A value that already is JSON text and is written as it stands, so that a stored event is not parsed
 * and serialised again for every attempt.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The JSON text of a value, or a `ConfigurationError` if JSON cannot hold it. */
export function stringifyJson(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new ConfigurationError('invalid_input', '`data` must be JSON: it has a cycle or a bigint', {
      cause,
    });
  }
  if (text === undefined) {
    throw new ConfigurationError('invalid_input', `\`data\` must be JSON, got ${typeof value}`);
  }
  return text;
}
