import { type KeyRing, keyRing, type Provider } from '@countersign/core';

/** A secret that may sign, with its text. */
export interface SigningSecret {
  readonly id: string;
  readonly text: string;
  /** Wall-clock epoch milliseconds; `undefined` for the current one. */
  readonly expiresAtMs: number | undefined;
}

/**
 * The secrets of an endpoint, newest first, prepared once. While they rotate, a header that lists signatures has one of
 * each; one that has a single signature keeps the oldest that is still valid, until receivers have the new one.
 */
export class SigningKeys {
  readonly #all: KeyRing;
  readonly #secrets: readonly SigningSecret[];
  readonly #single = new Map<SigningSecret, KeyRing>();

  constructor(secrets: readonly SigningSecret[]) {
    this.#secrets = secrets;
    this.#all = keyRing(
      secrets.map(({ id, text, expiresAtMs }) => ({
        id,
        secret: text,
        notAfter: expiresAtMs === undefined ? undefined : new Date(expiresAtMs),
      })),
    );
  }

  /** What signs for a provider at a time. */
  forProvider({ scheme }: Provider, atMs: number): KeyRing {
    if (scheme.listsSignatures === true || this.#secrets.length === 1) return this.#all;
    const oldest = this.#secrets.findLast(
      ({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > atMs,
    );
    if (oldest === undefined) return this.#all;
    const known = this.#single.get(oldest);
    if (known !== undefined) return known;
    const ring = keyRing([{ id: oldest.id, secret: oldest.text }]);
    this.#single.set(oldest, ring);
    return ring;
  }
}
