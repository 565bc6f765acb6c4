import { WebhookError } from '../errors/webhook-error.js';
import { BodyCollector } from '../request/read-body.js';
import type { BodyReader, WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';

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
 * A {@link WebhookResponse} as a Fetch API `Response`.
 *
 * @example
 * return toFetchResponse(await receiver.handle(fromFetchRequest(request)));
 */
export function toFetchResponse({ status, headers, body }: WebhookResponse): Response {
  return new Response(BODILESS.has(status) ? null : new Uint8Array(body), { status, headers });
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
    stop();
    if (cause instanceof WebhookError) throw cause;
    throw new WebhookError('body_aborted', 'the client stopped before the body was complete', { cause });
  } finally {
    signal.removeEventListener('abort', stop);
  }
  // `cancel` ends the loop as if the body were complete.
  if (signal.aborted) throw signal.reason;
  return body.bytes();
}
