import { WebhookError } from '../errors/webhook-error.js';
import { keysAt, type RingKey } from '../keys/key-ring.js';
import type { Credentials, Message, Scheme } from '../scheme/port.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';

/** What is signed, by which credentials, and the keys that could have signed it. */
export interface Claimed {
  readonly message: Message;
  readonly credentials: Credentials;
  readonly keys: readonly RingKey[];
  readonly receivedAtMs: number;
}

/** The id of the secret that made one of the signatures; throws `no_key` or `signature_mismatch`. */
export function authenticate(scheme: Scheme, claimed: Claimed): MaybePromise<string> {
  const { message, credentials, receivedAtMs } = claimed;
  const keys = keysAt(claimed.keys, receivedAtMs);
  if (keys.length === 0) throw new WebhookError('no_key', 'no secret is valid at this time');
  const content = scheme.content(message);
  const matched = matchFrom(0);
  return isPromise(matched) ? matched.then(keyIdOf) : keyIdOf(matched);

  function matchFrom(position: number): MaybePromise<RingKey | undefined> {
    for (const [index, ringKey] of keys.entries()) {
      if (index < position) continue;
      const holds = ringKey.key.verify(content, credentials.signatures);
      if (isPromise(holds)) return holds.then((yes) => (yes ? ringKey : matchFrom(index + 1)));
      if (holds) return ringKey;
    }
    return undefined;
  }
}

function keyIdOf(matched: RingKey | undefined): string {
  if (matched === undefined)
    throw new WebhookError('signature_mismatch', 'no signature was made with a known secret');
  return matched.id;
}
