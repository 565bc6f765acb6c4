import { Buffer } from 'node:buffer';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { WebhookError } from '../errors/webhook-error.js';
import { BodyCollector } from '../request/read-body.js';
import type { BodyReader, WebhookHeaders, WebhookRequest } from '../request/webhook-request.js';
import type { WebhookDispatcher, WebhookResponse } from '../request/webhook-response.js';

const DRAIN_TIMEOUT_MS = 5_000;

/** What a framework over node:http may add to its request. */
export interface NodeRequestOptions {
  /** Bytes that a raw body parser has already read; anything else was parsed too early and is refused by name. */
  readonly body?: unknown;
  /** The URL before a router shortened it; default `request.url`. */
  readonly url?: string | undefined;
  /** Handed to `secrets` as `request.native`; the `IncomingMessage` itself by default. */
  readonly native?: unknown;
}

/**
 * A node:http request as a {@link WebhookRequest}. Headers come from `rawHeaders`, because Node joins or
 * drops repeated ones elsewhere; the body is read when the receiver asks for it, under its limits.
 *
 * @example
 * const response = await receiver.handle(fromNodeRequest(request));
 */
export function fromNodeRequest(request: IncomingMessage, options: NodeRequestOptions = {}): WebhookRequest {
  return {
    method: request.method ?? '',
    url: options.url ?? request.url ?? '',
    headers: distinctHeaders(request.rawHeaders),
    body: options.body instanceof Uint8Array ? options.body : nodeBodyReader(request),
    native: options.native ?? request,
  };
}

/**
 * Writes a {@link WebhookResponse}. What the client still sends is discarded, for 5 s at most, so that an
 * honest client reads the answer and a hostile one loses its connection.
 */
export function sendNodeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: WebhookResponse,
): void {
  if (response.headersSent || response.destroyed) return;
  // 408: nothing more is expected of this client; keeping the connection would wait for it again.
  if (answer.status === 408) response.setHeader('connection', 'close');
  else if (!request.complete) closeUnlessDrained(request);
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/**
 * A listener for `http.createServer`.
 *
 * @example
 * createServer(nodeListener(receiver)).listen(3000);
 */
export function nodeListener(
  dispatcher: WebhookDispatcher,
): (request: IncomingMessage, response: ServerResponse) => void {
  dispatcher.mount?.('handler');
  return function countersignListener(request, response) {
    dispatcher.handle(fromNodeRequest(request)).then(
      (answer) => sendNodeResponse(request, response, answer),
      () => response.destroy(),
    );
  };
}

/**
 * Calls `settle` once with the status that the application answers, when the status is handed over
 * (`writeHead`, the first `write`, or `end`), and lets the response end when it has settled. The client's
 * connection plays no part: `close` says nothing about the outcome.
 */
export function settleOnResponse(response: ServerResponse, settle: (status: number) => Promise<void>): void {
  let settled: Promise<void> | undefined;
  let phase: 'open' | 'waiting' | 'ended' = 'open';
  // A middleware that has changed `end` may change the text too.
  const keepsText = response.end === ServerResponse.prototype.end;
  response.writeHead = new Proxy(response.writeHead, {
    apply(writeHead, self, args) {
      const result: unknown = Reflect.apply(writeHead, self, args);
      settled ??= settle(response.statusCode);
      return result;
    },
  });
  response.write = new Proxy(response.write, {
    // While `end` waits the application may still write: what ended has ended.
    apply: (write, self, args) => phase !== 'waiting' && Reflect.apply(write, self, args),
  });
  response.end = new Proxy(response.end, {
    apply(end, self, args) {
      if (phase === 'waiting') return response;
      if (phase === 'ended') return Reflect.apply(end, self, args);
      phase = 'waiting';
      // The status is final from here on: an error handler must not rewrite what has been settled.
      if (!response.headersSent) {
        if (keepsText) keepLength(response, args[0], args[1]);
        response.writeHead(response.statusCode);
      }
      settled ??= settle(response.statusCode);
      const finish = (): void => {
        phase = 'ended';
        Reflect.apply(end, self, args);
      };
      settled.then(finish, finish);
      return response;
    },
  });
}

// As node:http does for an answer in one piece: with headers written first it would send chunks.
function keepLength(response: ServerResponse, chunk: unknown, encoding: unknown): void {
  if (response.statusCode === 204 || response.statusCode === 304) return;
  if (response.hasHeader('content-length') || response.hasHeader('transfer-encoding')) return;
  let length = 0;
  if (chunk instanceof Uint8Array) length = chunk.byteLength;
  if (typeof chunk === 'string') {
    const isEncoding = typeof encoding === 'string' && Buffer.isEncoding(encoding);
    length = Buffer.byteLength(chunk, isEncoding ? encoding : 'utf8');
  }
  response.setHeader('content-length', length);
}

function distinctHeaders(rawHeaders: readonly string[]): WebhookHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return headers;
}

function nodeBodyReader(request: IncomingMessage): BodyReader {
  return ({ maxBytes, signal }) =>
    request.readableDidRead ? Promise.reject(bodyAlreadyParsed()) : readMessage(request, maxBytes, signal);
}

function readMessage(request: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const body = new BodyCollector(maxBytes);
    const settle = (finish: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (error: unknown): void => {
      // Paused, not destroyed: the answer still has to go out on this socket.
      request.pause();
      settle(() => reject(error));
    };
    const onData = (chunk: Uint8Array): void => {
      try {
        body.add(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const onEnd = (): void => settle(() => resolve(body.bytes()));
    const onClose = (): void =>
      fail(new WebhookError('body_aborted', 'the client stopped before the body was complete'));
    const onAbort = (): void => fail(signal.reason);
    if (request.destroyed) return onClose();
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function bodyAlreadyParsed(): WebhookError {
  return new WebhookError(
    'body_already_parsed',
    'a body parser read the request before the receiver: mount the webhook route before it, or limit the parser to other paths',
  );
}

function closeUnlessDrained(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), DRAIN_TIMEOUT_MS);
  timer.unref();
  const stop = (): void => clearTimeout(timer);
  request.once('end', stop).once('close', stop);
  request.resume();
}
