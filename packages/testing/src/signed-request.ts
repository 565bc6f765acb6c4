import { type KeyRing, type Provider, type Secrets, sign, standardWebhooks } from '@countersign/core';

/** What happened, as the sender knows it. */
export interface SignedRequestEvent {
  /** Default `evt_1`. */
  readonly id?: string | undefined;
  /** Default `test.event`. */
  readonly type?: string | undefined;
  /** When it happened. Default: the time of the attempt. */
  readonly timestamp?: Date | undefined;
  /** Any JSON value, or a `JsonText`. Default `{}`. */
  readonly data?: unknown;
}

/** Options of {@link signedRequest}. */
export interface SignedRequestOptions {
  /** Whose wire format. Default `standardWebhooks`. */
  readonly provider?: Provider | undefined;
  /** What the request is signed with: the receiver's secret, or another one to be refused. */
  readonly secret: Secrets | KeyRing;
  readonly event?: SignedRequestEvent | undefined;
  /** The delivery's id, where the provider has one of its own (`webhook-id`). Default: the event's id. */
  readonly id?: string | undefined;
  /** 1 for the first attempt, which is the default. */
  readonly attempt?: number | undefined;
  /** The time of the attempt, signed where the provider signs one. Default now; an old one makes it stale. */
  readonly timestamp?: Date | undefined;
  /** Signed and sent instead of what the provider's envelope makes of the event. */
  readonly body?: Uint8Array | string | undefined;
  /** Which endpoint the envelope names. Default `ep_1`. */
  readonly endpointId?: string | undefined;
  /** Whether the envelope calls it a test. Default `false`. */
  readonly test?: boolean | undefined;
}

/** A request as a sender would make it: give it to `fetch`, to a framework's `inject`, or to a verifier. */
export interface SignedRequest {
  readonly method: string;
  /** One value each, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Builds a delivery the way a sender does: encoded by the provider's envelope, signed by its scheme. Another
 * `secret`, an old `timestamp`, or {@link alteredRequest} make one that must be refused.
 *
 * Rejects with a `ConfigurationError` for what the provider cannot sign.
 *
 * @example
 * const { method, headers, body } = await signedRequest({
 *   provider: github,
 *   secret,
 *   event: { type: 'push', data: { ref: 'refs/heads/main' } },
 * });
 * const response = await fetch(url, { method, headers, body });
 */
export async function signedRequest(options: SignedRequestOptions): Promise<SignedRequest> {
  const { provider = standardWebhooks, secret, attempt = 1, timestamp = new Date() } = options;
  const {
    id = 'evt_1',
    type = 'test.event',
    timestamp: happenedAt = timestamp,
    data = {},
  } = options.event ?? {};
  const { id: deliveryId = id, endpointId = 'ep_1', test = false } = options;
  const event = { id, type, timestamp: happenedAt, data };
  const encoded = provider.envelope.encode(event, {
    endpointId,
    deliveryId,
    attempt,
    sentAt: timestamp,
    test,
  });
  const signed = await sign(
    { id: deliveryId, timestamp, body: options.body ?? encoded.body },
    { provider, secret },
  );
  return {
    method: 'POST',
    headers: { ...encoded.headers, ...signed.headers },
    body: Uint8Array.from(signed.body),
  };
}

/** What {@link alteredRequest} changes. */
export interface RequestChanges {
  readonly method?: string | undefined;
  /** Headers to add or to replace, by their name in lower case; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Other bytes, or what to make of the text of those there are. */
  readonly body?: Uint8Array | string | ((text: string) => string) | undefined;
}

/**
 * The same request with something changed after it was signed.
 *
 * @example
 * const tampered = alteredRequest(request, { body: (text) => text.replace('"amount":1', '"amount":1000') });
 * const unsigned = alteredRequest(request, { headers: { 'webhook-signature': undefined } });
 */
export function alteredRequest(request: SignedRequest, changes: RequestChanges): SignedRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...request.headers, ...changes.headers })) {
    if (value !== undefined) headers[name] = value;
  }
  const { method = request.method, body = request.body } = changes;
  const bytes = typeof body === 'function' ? body(new TextDecoder().decode(request.body)) : body;
  return {
    method,
    headers,
    body: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : Uint8Array.from(bytes),
  };
}
