/**
 * Request headers: a `Headers`, or a record whose names may have any case. A header that stood twice on
 * the wire is an array of both values, so that it can be refused.
 */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads the body once, never more than `maxBytes`; rejects with a `WebhookError`. */
export type BodyReader = (limits: {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}) => Promise<Uint8Array>;

/** A request as the receiver sees it, whatever framework it came from. */
export interface WebhookRequest {
  readonly method: string;
  /** The request's URL as the framework gives it; no decision rests on its host. */
  readonly url: string;
  readonly headers: WebhookHeaders;
  /** The exact bytes of the wire, or a reader that gets them under the receiver's limits. */
  readonly body: Uint8Array | BodyReader;
  /** Keeps a serverless platform alive for work that outlives the response. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** The framework's own request or context, for `secrets`. */
  readonly native?: unknown;
}

/** Keeps the platform alive for work that outlives the response, where it can be asked to. */
export function outlive(request: WebhookRequest, work: Promise<unknown>): void {
  try {
    request.waitUntil?.(work);
  } catch {
    // The platform declines: the work goes on for as long as the process does.
  }
}
