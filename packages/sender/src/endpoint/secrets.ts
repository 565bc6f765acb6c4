import { inputFault, invalidInput } from '../errors/invalid-input.js';
import type { StoredSecret } from '../ports/records.js';
import { secretContext, type Vault } from './vault.js';

const MAX_SECRETS = 16;
const LONGEST_OVERLAP_SECONDS = 365 * 24 * 3600;

/** How long an old secret goes on beside its successor, unless a rotation says otherwise: a day. */
export const DEFAULT_OVERLAP_SECONDS = 24 * 3600;

/** The secret of a new endpoint, for the record. */
export function firstSecret(endpointId: string, text: string, vault: Vault): readonly StoredSecret[] {
  return [{ id: 's1', value: vault.seal(text, secretContext(endpointId)) }];
}

/**
 * A new secret in front of those there are. The one before it expires after the overlap, and with an overlap of 0 all
 * others end at once: for a leak.
 */
export function rotatedSecrets(
  endpointId: string,
  before: readonly StoredSecret[],
  text: string,
  overlapSeconds: number,
  vault: Vault,
): readonly StoredSecret[] {
  const [current] = before;
  const value = vault.seal(text, secretContext(endpointId));
  const next: StoredSecret = { id: nextId(current), value };
  if (overlapSeconds === 0) return [next];
  const overlapMs = overlapSeconds * 1000;
  const old = before.map((secret) => ({ ...secret, expiresInMs: secret.expiresInMs ?? overlapMs }));
  return [next, ...old].slice(0, MAX_SECRETS);
}

/** The overlap of a rotation, checked. */
export function checkedOverlap(seconds: unknown = DEFAULT_OVERLAP_SECONDS): number {
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= LONGEST_OVERLAP_SECONDS) return seconds;
  throw invalidInput('overlapSeconds', `a number from 0 to ${LONGEST_OVERLAP_SECONDS}`, seconds);
}

/** A secret's text; its form is the provider's affair. */
export function checkedSecretText(secret: unknown): string {
  if (typeof secret === 'string') return secret;
  throw inputFault('secret', 'must be a text');
}

// A count: it says nothing about the secret.
function nextId(current: StoredSecret | undefined): string {
  const number = Number(/^s(\d+)$/.exec(current?.id ?? '')?.[1] ?? 0);
  return `s${number + 1}`;
}
