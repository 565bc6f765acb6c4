import { crypto } from '#crypto';
import { WebhookError } from '../errors/webhook-error.js';
import type { IdentitySource } from '../provider/coverage.js';
import { IDENTITY_RULE, isIdentity } from '../scheme/identity.js';
import type { Message, Scheme } from '../scheme/port.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';
import { type DeliveryId, LazyDelivery, type VerifiedDelivery } from './verified-delivery.js';

/** Chooses another identity than the provider's own; 1 to 256 visible ASCII characters. */
export type ReplayIdentity = (verified: Omit<VerifiedDelivery, 'replayKey'>) => string;

/** What the replay key of a delivery is made from. */
export interface IdentityRules {
  /** The receiver's name: equal on all processes of one endpoint, different for others that share the store. */
  readonly name: string;
  readonly source: IdentitySource;
  readonly replayIdentity?: ReplayIdentity | undefined;
}

/** A verified delivery before it is named. */
type Unnamed = Omit<VerifiedDelivery, 'id' | 'replayKey'>;

/** Names a verified delivery: its id, and the key under which a replay store remembers it. */
export function identify(
  rules: IdentityRules,
  scheme: Scheme,
  message: Message,
  bodyId: string | undefined,
  verified: Unnamed,
): MaybePromise<VerifiedDelivery> {
  if (rules.source === 'digest') {
    const content = scheme.identity?.(message) ?? [message.body];
    const digest = crypto.digestHex(() => content);
    return isPromise(digest)
      ? digest.then((id) => named(rules, verified, id))
      : named(rules, verified, digest);
  }
  // A scheme has checked the id that it signs.
  const isChecked = rules.source === 'signed header';
  const id = isChecked ? message.id : bodyId;
  if (id === undefined || !(isChecked || isIdentity(id))) throw malformedIdentity('the id of the delivery');
  return named(rules, verified, id);
}

function named(rules: IdentityRules, verified: Unnamed, id: DeliveryId): MaybePromise<VerifiedDelivery> {
  const identity = chosenIdentity(rules, verified, id);
  const replayKey = crypto.digestHex(() => [storeKeyText(rules.name, verified.tenant, textOf(identity))]);
  if (isPromise(replayKey)) return replayKey.then((ready) => new LazyDelivery(verified, id, ready));
  return new LazyDelivery(verified, id, replayKey);
}

// A digest that nobody asks for is not computed; the user's own choice is, because it can be wrong.
function chosenIdentity({ replayIdentity }: IdentityRules, verified: Unnamed, id: DeliveryId): DeliveryId {
  if (replayIdentity === undefined) return id;
  const chosen = replayIdentity({ ...verified, id: textOf(id) });
  if (typeof chosen !== 'string' || !isIdentity(chosen)) throw malformedIdentity('`replayIdentity`');
  return chosen;
}

/** Length-prefixed, so that no two triples of name, tenant and identity share a text. */
function storeKeyText(name: string, tenant: string | undefined, identity: string): string {
  return `${prefixed(name)}${tenant === undefined ? '-' : prefixed(tenant)}${prefixed(identity)}`;
}

function textOf(id: DeliveryId): string {
  return typeof id === 'string' ? id : id();
}

function prefixed(text: string): string {
  return `${text.length}:${text}`;
}

function malformedIdentity(what: string): WebhookError {
  return new WebhookError('malformed_identity', `${what} must be ${IDENTITY_RULE}`);
}
