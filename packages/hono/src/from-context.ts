import { type BodyReader, WebhookError, type WebhookRequest } from '@countersign/core';
import { fromFetchRequest } from '@countersign/core/fetch';
import type { Context, HonoRequest } from 'hono';

/** A Hono request as a receiver sees it. */
export function fromContext(context: Context): WebhookRequest {
  const { req } = context;
  const request = fromFetchRequest(req.raw, {
    // Where the platform has no execution context the getter throws, which a receiver takes for a no.
    waitUntil: (work) => context.executionCtx.waitUntil(work),
    native: context,
  });
  return isReadAsWhole(req) ? { ...request, body: wholeBodyReader(req) } : request;
}

/**
 * Whether `req.arrayBuffer()` gives the bytes of the wire, and no more of them than the receiver allows.
 * Hono keeps what was read first and makes the other forms of it: of bytes the same bytes, of text others.
 */
function isReadAsWhole({ bodyCache, raw }: HonoRequest): boolean {
  const [first] = Object.keys(bodyCache);
  if (first !== undefined) return first === 'arrayBuffer' || first === 'blob';
  // The receiver refuses a length over its limit, and the server holds the body to its length. On Node this
  // takes half the time of the stream.
  return !raw.bodyUsed && raw.headers.has('content-length') && !raw.headers.has('transfer-encoding');
}

function wholeBodyReader(req: HonoRequest): BodyReader {
  return async () => {
    const wasRead = Object.keys(req.bodyCache).length > 0;
    try {
      return new Uint8Array(await req.arrayBuffer());
    } catch (cause) {
      if (req.raw.bodyUsed && !wasRead)
        throw new WebhookError('body_aborted', 'the client stopped before the body was complete', { cause });
      // Somebody in front holds a reader of the stream, or has given the bytes away.
      throw new WebhookError(
        'body_already_parsed',
        'the request body is held by whatever stands in front: mount the webhook route before it',
        { cause },
      );
    }
  };
}

/** Lets parsers behind the guard find the verified bytes, each of them a copy of its own. */
export function keepBody({ req }: Context, body: Uint8Array): void {
  Object.defineProperty(req.bodyCache, 'arrayBuffer', {
    configurable: true,
    enumerable: true,
    get: () => Promise.resolve(new Uint8Array(body).buffer),
  });
}
