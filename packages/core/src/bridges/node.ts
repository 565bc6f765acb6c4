import type { IncomingMessage, ServerResponse } from 'node:http';
import { WebhookError } from '../errors/webhook-error.js';
import { BodyCollector } from '../request/read-body.js';
import type { BodyReader, WebhookHeaders, WebhookRequest } from '../request/webhook-request.js';
import type { WebhookDispatcher, WebhookResponse } from '../request/webhook-response.js';

const DRAIN_TIMEOUT_MS = 5_000;

/** What a framework over node:http may add to its request. */
export interface NodeRequestOptions {
  /** What a body parser has left: bytes are taken as they are; of anything else the stream tells whether it was read. */
  readonly body?: unknown;
  /** The URL before a router shortened it; default `request.url`. */
  readonly url?: string | undefined;
  /** Keeps a serverless platform alive after the response. */
  readonly waitUntil?: WebhookRequest['waitUntil'];
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
    waitUntil: options.waitUntil,
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
  prepareNodeResponse(request, response, answer.status);
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/**
 * What {@link sendNodeResponse} does about the rest of the request, for frameworks that write the answer
 * themselves: call it just before.
 */
export function prepareNodeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
): void {
  if (response.headersSent || response.destroyed) return;
  // Over HTTP/2 the connection stays, and the stream must be closed.
  if (status === 408) streamOf(response)?.once('finish', () => closeStream(response));
  // Requests that a framework makes up for tests end, but are never `complete`.
  if (status !== 408 && !request.complete && !request.readableEnded) closeUnlessDrained(request, response);
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
    dispatcher
      .handle(fromNodeRequest(request))
      .then((answer) => sendNodeResponse(request, response, answer))
      .catch(() => response.destroy());
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
  response.writeHead = new Proxy(response.writeHead, {
    apply(writeHead, self, args) {
      if (phase === 'waiting') return response;
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
      // What `end` refuses it refuses now, with nothing settled: the error handler answers.
      if (phase === 'ended' || !canEnd(response, args[0])) return Reflect.apply(end, self, args);
      phase = 'waiting';
      const restore = snapshot(response);
      settled ??= settle(response.statusCode);
      const finish = (): void => {
        phase = 'ended';
        restore();
        Reflect.apply(end, self, args);
      };
      settled.then(finish, finish).catch(() => response.destroy());
      return response;
    },
  });
}

const NOT_IN_STATUS_MESSAGE = /[^\t\x20-\x7e\x80-\xff]/;

function canEnd({ statusCode, statusMessage }: ServerResponse, chunk: unknown): boolean {
  const isData = typeof chunk === 'string' || chunk instanceof Uint8Array;
  const isChunk = isData || chunk === undefined || chunk === null || typeof chunk === 'function';
  const isStatus = Number.isInteger(statusCode) && statusCode >= 100 && statusCode <= 999;
  return isChunk && isStatus && !NOT_IN_STATUS_MESSAGE.test(statusMessage ?? '');
}

/**
 * What is settled is what goes out: an error handler that runs while `end` waits must not rewrite it.
 * Returns a function that puts status and headers back.
 */
function snapshot(response: ServerResponse): () => void {
  const { statusCode } = response;
  if (response.headersSent) {
    // They stay as they are; the status still goes into access logs.
    return () => {
      response.statusCode = statusCode;
    };
  }
  const { statusMessage } = response;
  const headers = { ...response.getHeaders() };
  return () => {
    if (response.headersSent) return;
    Object.assign(response, { statusCode, statusMessage });
    for (const name of response.getHeaderNames())
      if (!Object.hasOwn(headers, name)) response.removeHeader(name);
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined && response.getHeader(name) !== value) response.setHeader(name, value);
    }
  };
}

function distinctHeaders(rawHeaders: readonly string[]): WebhookHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    const earlier = headers[name];
    if (earlier === undefined) headers[name] = value;
    else if (typeof earlier === 'string') headers[name] = [earlier, value];
    else earlier.push(value);
  }
  return headers;
}

function nodeBodyReader(request: IncomingMessage): BodyReader {
  return ({ maxBytes, signal }) =>
    // With an encoding set the bytes are gone: text arrives.
    request.readableDidRead || request.readableEncoding !== null
      ? Promise.reject(bodyAlreadyParsed())
      : readMessage(request, maxBytes, signal);
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
    // An empty body that a parser has read to its end is as empty as before.
    if (request.readableEnded) return resolve(new Uint8Array());
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

function closeUnlessDrained(request: IncomingMessage, response: ServerResponse): void {
  const timer = setTimeout(() => {
    closeStream(response);
    request.destroy();
  }, DRAIN_TIMEOUT_MS);
  timer.unref();
  const stop = (): void => clearTimeout(timer);
  request.once('end', stop).once('close', stop);
  request.resume();
}

interface Http2Stream {
  once(event: 'finish', listener: () => void): unknown;
  close(): void;
}

function streamOf(response: ServerResponse & { readonly stream?: Http2Stream }): Http2Stream | undefined {
  return response.stream;
}

/** Over HTTP/2 a request that nobody reads keeps its stream, which neither its end nor `destroy` closes. */
function closeStream(response: ServerResponse): void {
  streamOf(response)?.close();
}
