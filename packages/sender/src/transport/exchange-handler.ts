import type { Dispatcher } from 'undici';
import type { Exchange, ExchangeRequest } from '../ports/transport.js';
import { AnswerBody } from './answer-body.js';
import type { Caller } from './dial.js';
import { type Failure, failureOf, type Stage, statusFault, timeoutAt } from './failures.js';

/** What an exchange waits in or runs on. */
export interface Carrier {
  /** It is over; `isReusable`: its answer was read to the end. */
  over(exchange: ExchangeHandler, isReusable: boolean): void;
  /** The connection was gone before anything of the exchange was written. */
  unsent(exchange: ExchangeHandler): void;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One exchange, from its start to its end: what undici tells, what the signal says, and what comes of it. */
export class ExchangeHandler implements Caller, Dispatcher.DispatchHandler {
  readonly request: ExchangeRequest;
  stage: Stage = 'queue';
  carrier: Carrier | undefined;
  readonly #settle: (exchange: Exchange) => void;
  readonly #body = new AnswerBody();
  #status = 0;
  #headers: Headers = {};
  #isOver = false;

  constructor(request: ExchangeRequest, settle: (exchange: Exchange) => void) {
    this.request = request;
    this.#settle = settle;
    request.signal.addEventListener('abort', this);
  }

  /** The policy's answer; one that fails allows nothing. */
  allows(address: string): boolean {
    try {
      return this.request.allowsAddress(address);
    } catch {
      return false;
    }
  }

  fail(failure: Failure): void {
    this.#end(failure, false);
  }

  /** The signal has ended it. */
  handleEvent(): void {
    this.fail(timeoutAt(this.stage));
  }

  onRequestStart(): void {
    this.stage = 'answer';
  }

  onResponseStart(_controller: unknown, status: number, headers: Headers): void {
    const fault = statusFault(status);
    if (fault !== undefined) this.fail(fault);
    if (status < 200) return;
    this.stage = 'body';
    this.#status = status;
    this.#headers = headers;
    // The client would wait for it, or miss it; what follows these heads is no part of their answers.
    if (BODILESS.has(status) && announcesBody(headers)) this.#end(this.#response(false), false);
  }

  onResponseData(_controller: unknown, chunk: Uint8Array): void {
    const room = this.request.maxResponseBytes - this.#body.length;
    const isTruncated = chunk.length > room;
    this.#body.add(isTruncated ? chunk.subarray(0, room) : chunk);
    if (isTruncated) this.#end(this.#response(true), false);
  }

  onResponseEnd(): void {
    this.#end(this.#response(false), true);
  }

  onResponseError(_controller: unknown, error: Error): void {
    const failure = failureOf(error, this.stage);
    if (!this.#isOver && this.stage === 'queue' && failure.reason === 'reset') this.carrier?.unsent(this);
    else this.fail(failure);
  }

  #end(exchange: Exchange, isReusable: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.request.signal.removeEventListener('abort', this);
    this.carrier?.over(this, isReusable);
    this.#settle(exchange);
  }

  #response(truncated: boolean): Exchange {
    const { bytes: body } = this.#body;
    return { kind: 'response', status: this.#status, headers: joined(this.#headers), body, truncated };
  }
}

/** Statuses whose answers end with their head, whatever that says of a body: RFC 9112, 6.3. */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

function announcesBody(headers: Headers): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** One text for each name, without the blanks that may end it. A header may have any name, `__proto__` too. */
function joined(headers: Headers): Readonly<Record<string, string>> {
  const result: Record<string, string> = Object.create(null);
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) result[name] = typeof value === 'string' ? value.trim() : joinedValues(value);
  }
  return result;
}

function joinedValues(values: readonly string[]): string {
  return values.map((value) => value.trim()).join(', ');
}
