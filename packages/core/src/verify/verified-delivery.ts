/** A delivery whose signature holds and whose time is fresh. */
export interface VerifiedDelivery {
  /** What makes two deliveries the same one, from signed material; SHA-256 in hex where the wire has no id. */
  readonly id: string;
  /** The signed time of the attempt, or else the event's own from the signed body. */
  readonly timestamp: Date | undefined;
  /** The exact bytes of the wire. Do not change them. */
  readonly body: Uint8Array;
  /** Which secret matched. */
  readonly keyId: string;
  readonly tenant: string | undefined;
  /** The key of a replay store: SHA-256, in hex, over receiver name, tenant and id. */
  readonly replayKey: string;
}

/** An id, or the digest that will be one. */
export type DeliveryId = string | (() => string);

/** {@link VerifiedDelivery} whose digests are computed when they are first read. */
export class LazyDelivery implements VerifiedDelivery {
  readonly timestamp: Date | undefined;
  readonly body: Uint8Array;
  readonly keyId: string;
  readonly tenant: string | undefined;
  readonly #id: DeliveryId;
  readonly #replayKey: () => string;

  constructor(
    known: Pick<VerifiedDelivery, 'timestamp' | 'body' | 'keyId' | 'tenant'>,
    id: DeliveryId,
    replayKey: () => string,
  ) {
    this.timestamp = known.timestamp;
    this.body = known.body;
    this.keyId = known.keyId;
    this.tenant = known.tenant;
    this.#id = id;
    this.#replayKey = replayKey;
  }

  get id(): string {
    return typeof this.#id === 'string' ? this.#id : this.#id();
  }

  get replayKey(): string {
    return this.#replayKey();
  }

  /** What `util.inspect` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return this.toJSON();
  }

  /** Everything but the body, for logs. */
  toJSON(): Omit<VerifiedDelivery, 'body'> {
    const { id, timestamp, keyId, tenant, replayKey } = this;
    return { id, timestamp, keyId, tenant, replayKey };
  }
}
