import { type Provider, sign } from '@countersign/core';

/** Something that happened at the sender's. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: Date;
  readonly data: unknown;
}

/** One try to deliver it. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  readonly sentAt: Date;
}

/** A request as it goes over the wire; whoever captures it can send it again. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the receiver answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Whether it said when to come back. */
  readonly retryAfter: boolean;
}

/** Writes an event as the provider's system writes it, and signs exactly those bytes. */
export async function signedRequest(
  provider: Provider,
  secret: string,
  event: NewEvent,
  { number, sentAt }: Attempt,
): Promise<SignedRequest> {
  const deliveryId = `dlv_${event.id}`;
  const encoded = provider.envelope.encode(event, {
    endpointId: 'wh_demo',
    deliveryId,
    attempt: number,
    sentAt,
    test: false,
  });
  const signed = await sign({ id: deliveryId, timestamp: sentAt, body: encoded.body }, { provider, secret });
  return { headers: { ...encoded.headers, ...signed.headers }, body: signed.body };
}

/** Posts a request over HTTP. No answer within `timeoutMs` is an answer of its own: status 0. */
export async function post(
  url: string,
  { headers, body }: SignedRequest,
  timeoutMs: number,
): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers },
      body: Buffer.from(body),
      signal,
    });
    return {
      status: response.status,
      body: await response.json(),
      retryAfter: Number(response.headers.get('retry-after')) >= 1,
    };
  } catch (error) {
    return { status: 0, body: String(error), retryAfter: false };
  }
}
