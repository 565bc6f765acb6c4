import { WebhookError } from '../errors/webhook-error.js';
import { BodyCollector } from '../request/read-body.js';
import type { BodyReader, WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';

const DRAIN_TIMEOUT_MS = 5_000;
const DRAIN_MAX_BYTES = 64 * 1_048_576;

// `Response` refuses a body, even an empty one, for these.
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** What a framework over the Fetch API may add to its `Request`. */
export interface FetchRequestOptions {
  /** Keeps the platform alive after the response (`ctx.waitUntil`). */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Handed to `secrets` as `request.native`; the `Request` itself by default. */
  readonly native?: unknown;
}

/**
 * A Fetch API `Request` as a {@link WebhookRequest}. The body is read when the receiver asks for it,
 * under its limits.
 *
 * @example
 * const response = await receiver.handle(fromFetchRequest(request));
 */
export function fromFetchRequest(request: Request, options: FetchRequestOptions = {}): WebhookRequest {
  return {
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: fetchBodyReader(request),
    waitUntil: options.waitUntil,
    native: options.native ?? request,
  };
}

/**
 * A {@link WebhookResponse} as a Fetch API `Response`. Of the request that it answers, what nobody has read is
 * discarded, 64 MiB in 5 s at most: a body that is left alone would cost its connection.
 *
 * @example
 * return toFetchResponse(await receiver.handle(fromFetchRequest(request)), request);
 */
export function toFetchResponse({ status, headers, body }: WebhookResponse, request?: Request): Response {
  if (request !== undefined && !request.bodyUsed && request.body?.locked === false) {
    void readAway(request.body.getReader());
  }
  const content = typeof body === 'string' ? body : new Uint8Array(body);
  return new Response(BODILESS.has(status) ? null : content, { status, headers });
}

function fetchBodyReader(request: Request): BodyReader {
  return async ({ maxBytes, signal }) => {
    if (request.bodyUsed || request.body?.locked === true) {
      throw new WebhookError(
        'body_already_parsed',
        'the request body was read before the receiver got it: mount the webhook route before whatever reads it',
      );
    }
    if (request.body === null) return new Uint8Array();
    return await readStream(request.body, maxBytes, signal);
  };
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  const body = new BodyCollector(maxBytes);
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) body.add(next.value);
  } catch (cause) {
    // A client that sends all of it before it reads must come to read its answer.
    if (!signal.aborted) void readAway(reader);
    if (cause instanceof WebhookError) throw cause;
    throw new WebhookError('body_aborted', 'the client stopped before the body was complete', { cause });
  } finally {
    signal.removeEventListener('abort', stop);
  }
  // `cancel` ends the loop as if the body were complete.
  if (signal.aborted) throw signal.reason;
  return body.bytes();
}

// Bounded in bytes too: a stream that always has more at hand would leave no turn for the timer.
async function readAway(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const cancel = (): void => void reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, DRAIN_TIMEOUT_MS);
  try {
    let length = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > DRAIN_MAX_BYTES) return cancel();
    }
  } catch {
    // The client has gone.
  } finally {
    clearTimeout(timer);
  }
}
