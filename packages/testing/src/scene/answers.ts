import assert from 'node:assert/strict';
import type { WireResponse } from './wire.js';

/** What the body of a refusal says: no more than its status. */
const reasons: Readonly<Record<number, string>> = {
  400: 'bad request',
  401: 'unauthorized',
  405: 'method not allowed',
  408: 'request timeout',
  413: 'content too large',
  415: 'unsupported content encoding',
  422: 'unprocessable content',
  500: 'internal error',
  503: 'unavailable',
};

/** The one answer that a refusal of this status has, to the letter. */
export function assertRefusal(what: string, { status, body, headers }: WireResponse, method = 'POST'): void {
  if (method !== 'HEAD') {
    const json = jsonOf(what, { body });
    assert.ok(typeof json === 'object' && json !== null, `${what}: the body is no object`);
    assert.deepEqual(Object.keys(json), ['received', 'error'], `${what}: the body has other members`);
    assert.equal(body, `{"received":false,"error":"${reasons[status]}"}`, `${what}: the body of ${status}`);
  }
  assert.equal(headers.get('content-type'), 'application/json', `${what}: the content type`);
  if (status === 503) assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/, `${what}: retry-after`);
  if (status === 405) assert.equal(headers.get('allow'), 'POST', `${what}: allow`);
}

/** The answer to a delivery that was taken, to the letter. */
export function assertReceived(
  what: string,
  response: WireResponse | undefined,
  status: 'processed' | 'duplicate' | 'ignored',
): void {
  assert.ok(response, `${what}: the connection was closed without an answer`);
  assert.equal(response.status, 200, `${what}: the status`);
  assert.deepEqual(jsonOf(what, response), { received: true, status }, `${what}: the body`);
  assert.equal(response.headers.get('content-type'), 'application/json', `${what}: the content type`);
}

export function isSuccess(response: WireResponse | undefined): boolean {
  return response !== undefined && response.status >= 200 && response.status <= 299;
}

function jsonOf(what: string, { body }: Pick<WireResponse, 'body'>): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return assert.fail(`${what}: the body is not JSON: ${body.slice(0, 200)}`);
  }
}
