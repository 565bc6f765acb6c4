import { kindOf, mustBe } from '../errors/describe.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import { keysResolver, type SecretsOption } from '../keys/secrets-option.js';
import type { Provider } from '../provider/provider.js';
import { standardWebhooks } from '../provider/standard-webhooks.js';
import { RequestReader } from '../request/header-reader.js';
import type { WebhookHeaders } from '../request/webhook-request.js';
import { type Now, type Schedule, systemSchedule } from '../time/clock.js';
import { isPromise } from '../time/maybe-promise.js';
import { messageOf, type VerificationOptions, verificationRules, verifyDelivery } from './verification.js';
import type { VerifiedDelivery } from './verified-delivery.js';

const SECRETS_TIMEOUT_MS = 5_000;

/** A delivery to verify: headers and the exact bytes of the body. */
export interface VerifierInput {
  readonly headers: WebhookHeaders;
  readonly body: Uint8Array;
  /** Needed only by providers that sign it; default `POST`. */
  readonly method?: string | undefined;
  /** For a secrets function that looks at it; default empty. */
  readonly url?: string | undefined;
}

/** Options of {@link createVerifier}. */
export interface VerifierOptions extends Omit<VerificationOptions, 'provider'> {
  /** Default: `standardWebhooks`. */
  readonly provider?: Provider | undefined;
  /** A secret, several, a key ring, or a function that finds them. */
  readonly secrets: SecretsOption;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: Now | undefined;
  /** Runs a function later, for the deadline of `secrets`; default `setTimeout`. */
  readonly schedule?: Schedule | undefined;
}

/** Verifies deliveries one by one, without claims, handlers or responses. */
export interface Verifier {
  /**
   * Resolves to the verified delivery, or rejects with a `WebhookError`. `receivedAt` judges freshness and
   * key windows at another time than now, for deliveries that were queued. It does not refuse replays: that
   * takes `delivery.replayKey` and a store.
   */
  verify(
    input: VerifierInput,
    options?: { readonly receivedAt?: Date | undefined },
  ): Promise<VerifiedDelivery>;
}

/**
 * Verification alone: signature, freshness, identity.
 *
 * @example
 * const verifier = createVerifier({ secrets: process.env.WEBHOOK_SECRET ?? '' });
 * const delivery = await verifier.verify({ headers: request.headers, body });
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { provider = standardWebhooks, now = Date.now, schedule = systemSchedule } = options;
  const rules = verificationRules({ ...options, provider });
  const limits = { timeoutMs: SECRETS_TIMEOUT_MS, schedule };
  const resolveKeys = keysResolver(options.secrets, provider.scheme, limits);
  return {
    async verify(input, { receivedAt } = {}) {
      const { body, headers, method = 'POST', url = '' } = input;
      if (!(body instanceof Uint8Array)) {
        throw new ConfigurationError(
          'invalid_input',
          `\`body\` must be the raw bytes (Uint8Array), got ${kindOf(body)}: a parsed or decoded body cannot be verified`,
        );
      }
      const receivedAtMs = receivedAt === undefined ? now() : epochMs(receivedAt);
      const request = { method, url, headers, body };
      const reader = new RequestReader(request);
      const read = provider.scheme.read(reader);
      const credentials = provider.scheme.readBody?.(body) ?? read;
      const resolved = resolveKeys(request);
      const { keys, tenant } = isPromise(resolved) ? await resolved : resolved;
      const message = messageOf(reader, credentials, body);
      const verified = verifyDelivery(rules, { reader, message, credentials, keys, tenant, receivedAtMs });
      return isPromise(verified) ? await verified : verified;
    },
  };
}

function epochMs(date: Date): number {
  if (date instanceof Date && Number.isFinite(date.getTime())) return date.getTime();
  throw mustBe('receivedAt', 'a valid Date', date, 'invalid_input');
}
