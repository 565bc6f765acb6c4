import { isWebhookError } from '@countersign/core';
import { fromFetchRequest } from '@countersign/core/fetch';
import { bodyText } from '@countersign/core/strict';
import { ManagementError } from '../problem/management-error.js';
import { mayLackMediaType } from './cross-site.js';
import { announcesBody, bodyAlreadyParsed } from './lost-body.js';

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;

/** How much of a body is waited for. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** A body as it was written, and what it says. */
export interface JsonBody {
  readonly text: string;
  readonly value: unknown;
}

/** What no body stands for. */
export const NO_BODY: JsonBody = { text: '{}', value: {} };

/** The JSON body of a request. None at all, where none was announced, stands for an empty object. */
export async function readJsonBody(request: Request, limits: BodyLimits): Promise<JsonBody> {
  const { headers } = request;
  const mediaType = headers.get('content-type');
  const isDeclared = mediaType !== null && JSON_TYPE.test(mediaType);
  if (headers.has('content-encoding')) throw unsupported('a `Content-Encoding` is not understood');
  if (!isDeclared && (mediaType !== null || !mayLackMediaType(headers))) throw unsupported(NEEDED);
  const bytes = await readBytes(request, limits);
  if (bytes.length === 0 && announcesBody(headers)) throw bodyAlreadyParsed();
  if (bytes.length === 0) return NO_BODY;
  if (!isDeclared) throw unsupported(NEEDED);
  return parsed(bytes);
}

const NEEDED = 'the request needs `Content-Type: application/json`';

function unsupported(detail: string): ManagementError {
  return new ManagementError('unsupported_media_type', detail);
}

async function readBytes(request: Request, { maxBodyBytes, bodyTimeoutMs }: BodyLimits): Promise<Uint8Array> {
  const { body } = fromFetchRequest(request);
  if (typeof body !== 'function') return body;
  const signal = AbortSignal.timeout(bodyTimeoutMs);
  try {
    return await body({ maxBytes: maxBodyBytes, signal });
  } catch (cause) {
    if (signal.aborted)
      throw new ManagementError('body_timeout', 'the body took too long to arrive', { cause });
    if (!isWebhookError(cause)) throw cause;
    if (cause.code === 'body_already_parsed') throw bodyAlreadyParsed(cause);
    if (cause.code === 'body_too_large')
      throw new ManagementError('body_too_large', `the body is larger than ${maxBodyBytes} bytes`);
    throw notJson('the body ended before it was complete');
  }
}

function parsed(bytes: Uint8Array): JsonBody {
  try {
    const text = bodyText(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    // A parser's message quotes the body.
    throw notJson('the body is not JSON in UTF-8');
  }
}

function notJson(detail: string): ManagementError {
  return new ManagementError('invalid_json', detail);
}
