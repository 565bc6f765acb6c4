import { errors } from 'undici';
import type { Exchange, FailureReason } from '../ports/transport.js';

/** An exchange without an answer. */
export type Failure = Extract<Exchange, { kind: 'failure' }>;

/** Where an exchange stands: what its deadline is told by. */
export type Stage = 'queue' | 'name' | 'connect' | 'tunnel' | 'tls' | 'answer' | 'body';

const TOO_LATE: Readonly<Record<Stage, string>> = {
  queue: 'no connection became free in time',
  name: 'the name was not resolved in time',
  connect: 'no connection was made in time',
  tunnel: 'the proxy made no connection in time',
  tls: 'the TLS handshake did not end in time',
  answer: 'no answer came in time',
  body: 'the answer did not end in time',
};

/** The failure of an exchange that its signal ended. */
export function timeoutAt(stage: Stage): Failure {
  return failure('timeout', TOO_LATE[stage]);
}

export function failure(reason: FailureReason, message: string): Failure {
  return { kind: 'failure', reason, message };
}

/** What this package's own connecting code throws, ready to be told. */
export class TransportError extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.reason = reason;
  }
}

/**
 * What became of an exchange that ended in an error. The message stands in logs that a tenant reads: it says what
 * happened and the platform's code for it, never the error's own text, which can hold addresses and header values.
 */
export function failureOf(error: unknown, stage: Stage): Failure {
  if (error instanceof TransportError) return failure(error.reason, error.message);
  const code = codeOf(error);
  // Told of every fault that is found before the declared length has come, in the head too.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return stage === 'body' ? CUT : NOT_HTTP;
  const known = code === undefined ? undefined : KNOWN[code];
  if (known !== undefined) return failure(known.reason, known.message);
  const misbehaviour = code === 'UND_ERR_SOCKET' ? MISBEHAVIOUR.get(messageOf(error)) : undefined;
  if (misbehaviour !== undefined) return misbehaviour;
  if (error instanceof errors.HTTPParserError) return unparsable(error.message);
  if (code !== undefined && TLS_CODE.test(code)) {
    return failure('tls', `the connection was ended by TLS (${code})`);
  }
  return DIALLING.has(stage)
    ? failure('connect', `no connection could be made${inBrackets(code)}`)
    : failure('reset', `${CUT.message}${inBrackets(code)}`);
}

const DIALLING: ReadonlySet<Stage> = new Set(['name', 'connect', 'tunnel', 'tls']);

/** The parser's reason stands in brackets; it is one of the parser's own texts. */
function unparsable(message: string): Failure {
  const [, reason] = /\(([\w /,`'-]{1,100})\)$/.exec(message) ?? [];
  if (reason === 'Invalid EOF state') return CUT;
  return failure('protocol', `${NOT_HTTP.message}${inBrackets(reason)}`);
}

/** The failure to reach a peer, by name resolution, TCP or TLS: its kind, and the platform's code for it. */
export function connectError(
  reason: 'dns' | 'connect' | 'tls',
  what: string,
  cause: unknown,
): TransportError {
  return new TransportError(reason, `${what}${inBrackets(codeOf(cause))}`, { cause });
}

const NOT_HTTP = failure('protocol', 'the answer is not HTTP/1.1');
const SWITCHING = failure('protocol', 'the answer changes to another protocol, which nobody asked for (101)');

/** By texts of socket errors by which the client says that the peer broke the protocol. */
const MISBEHAVIOUR: ReadonlyMap<string, Failure> = new Map([
  ['bad response', failure('protocol', 'the answer is not one to the request')],
  ['bad upgrade', SWITCHING],
]);

/** What is wrong with an answer's status; the parser takes any of three digits, and the client trips over some. */
export function statusFault(status: number): Failure | undefined {
  if (status === 101) return SWITCHING;
  if (status >= 100) return undefined;
  return failure('protocol', `the answer has no status of HTTP/1.1 (${String(status).padStart(3, '0')})`);
}

const TLS_CODE = /^(ERR_SSL|ERR_TLS|EPROTO)/;

/** The failure of a request that HTTP has no form for. */
export const UNWRITABLE = failure(
  'protocol',
  'the request cannot be written: its URL or one of its headers is invalid',
);
const CUT = failure('reset', 'the connection was closed before the answer was complete');

const KNOWN: Readonly<Record<string, Failure>> = {
  UND_ERR_INVALID_ARG: UNWRITABLE,
  UND_ERR_NOT_SUPPORTED: UNWRITABLE,
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: UNWRITABLE,
  UND_ERR_HEADERS_OVERFLOW: failure('protocol', "the answer's headers are too large"),
};

const PLAIN_CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

/** An error's code, where it is a plain word. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && PLAIN_CODE.test(code) ? code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function inBrackets(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`;
}
