import { WebhookError } from '@countersign/core';
import { hidden, type ManagementError } from '../problem/management-error.js';

/** Whether a request says that it has a body. One that none comes of was read by somebody else, and is no request without one. */
export function announcesBody(headers: Headers): boolean {
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
}

/** 500: what was asked for is not known, so nothing is done. `onError` is told how to mend it. */
export function bodyAlreadyParsed(cause?: unknown): ManagementError {
  const told = new WebhookError(
    'body_already_parsed',
    'the request body was read before the management API got it: mount the API before body parsers such as `express.json()`, or limit them to other paths; `authenticate` must leave the body alone',
    { cause },
  );
  return hidden('body_already_parsed', told);
}
