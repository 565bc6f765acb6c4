import type { ContentPart } from '../crypto/port.js';
import { WebhookError } from '../errors/webhook-error.js';
import { keysAt, type RingKey } from '../keys/key-ring.js';
import type { Credentials, Message, Scheme } from '../scheme/port.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';

const MAX_PUBLIC_KEY_CHECKS = 32;

/** What is signed, by which credentials, and the keys that could have signed it. */
export interface Claimed {
  readonly message: Message;
  readonly credentials: Credentials;
  readonly keys: readonly RingKey[];
  readonly receivedAtMs: number;
}

/** The key that made one of the signatures; throws `no_key` or `signature_mismatch`. */
export function authenticate(scheme: Scheme, claimed: Claimed): MaybePromise<RingKey> {
  const { message, credentials, receivedAtMs } = claimed;
  const keys = keysAt(claimed.keys, receivedAtMs);
  if (keys.length === 0) throw new WebhookError('no_key', 'no secret is valid at this time');
  checkEffort(keys, credentials);
  const content = scheme.content(message);
  for (const ringKey of keys) {
    const holds = ringKey.key.verify(content, credentials.signatures);
    if (isPromise(holds)) return matchLater(holds, keys.slice(keys.indexOf(ringKey)), content, credentials);
    if (holds) return ringKey;
  }
  throw mismatch();
}

// A MAC is made once for each key; a public-key signature is checked against each key, over the whole body.
function checkEffort(keys: readonly RingKey[], { signatures }: Credentials): void {
  if (signatures.length === 1 || keys.length === 1) return;
  let checks = 0;
  for (const { key } of keys) {
    if (key.use === 'verify') checks += signatures.filter((made) => made.algorithm === key.algorithm).length;
  }
  if (checks <= MAX_PUBLIC_KEY_CHECKS) return;
  const most = `at most ${MAX_PUBLIC_KEY_CHECKS} public-key signatures times keys`;
  throw new WebhookError('malformed_header', `${most} are checked, this request asks for ${checks}`);
}

/** Goes on from the first key, whose answer is under way. */
async function matchLater(
  first: Promise<boolean>,
  keys: readonly RingKey[],
  content: readonly ContentPart[],
  { signatures }: Credentials,
): Promise<RingKey> {
  let answer: MaybePromise<boolean> = first;
  for (const [position, ringKey] of keys.entries()) {
    if (await answer) return ringKey;
    answer = keys[position + 1]?.key.verify(content, signatures) ?? false;
  }
  throw mismatch();
}

function mismatch(): WebhookError {
  return new WebhookError('signature_mismatch', 'no signature was made with a known secret');
}
