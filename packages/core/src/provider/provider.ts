import type { ContentPart, SignatureEncoding } from '../crypto/port.js';
import type { Envelope } from '../envelope/port.js';
import { mustBe } from '../errors/describe.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import type { Scheme, SchemeInput } from '../scheme/port.js';
import type { MaybePromise } from '../time/maybe-promise.js';
import type { RetryPolicy } from './retry-policy.js';

/** A request that may be a provider's check of the endpoint. */
export interface HandshakeInput extends SchemeInput {
  /**
   * The JSON of a body whose signature holds; `undefined` for a request that is no POST, of which nothing
   * is verified (a challenge in the query).
   */
  readonly verified: unknown;
  /** A MAC with the endpoint's own secret, for challenges that ask for one (Zoom). */
  sign(content: readonly ContentPart[], encoding: SignatureEncoding): Promise<string>;
}

/** One webhook system: how its deliveries are authenticated, and where they say what. */
export interface Provider {
  /** Names the provider in tables and is the receiver's default `name`. */
  readonly name: string;
  readonly scheme: Scheme;
  readonly envelope: Envelope;
  /** Answers the provider's check of the endpoint; `undefined` for every other request. */
  readonly handshake?: ((input: HandshakeInput) => MaybePromise<WebhookResponse | undefined>) | undefined;
  /** How this system's senders repeat failed deliveries. */
  readonly retry?: RetryPolicy | undefined;
  /** The receiver's default where the provider demands another than 300. */
  readonly toleranceSeconds?: number | undefined;
}

/** The provider, or a `ConfigurationError` that names the field for what is none. */
export function checkedProvider(provider: Provider, field = 'provider'): Provider {
  const isProvider =
    typeof provider === 'object' &&
    provider !== null &&
    typeof provider.scheme?.content === 'function' &&
    typeof provider.envelope?.decode === 'function';
  if (isProvider) return provider;
  throw mustBe(field, 'a provider such as `standardWebhooks`', provider);
}
