/**
 * Where a field stands: a dot path into the JSON body, a header's name in lower case, or nowhere because it
 * always is the same (the type of a system with one kind of delivery).
 */
export type Field =
  | { readonly body: string; readonly time?: 'iso' | 'seconds' | 'milliseconds' }
  | { readonly header: string }
  | { readonly value: string };

/** What a verified body says. */
export interface Decoded {
  readonly type: string;
  readonly id?: string | undefined;
  /** When the event happened. */
  readonly timestamp?: Date | undefined;
  /** When this attempt was made, where the signed body says so (Linear). */
  readonly sentAt?: Date | undefined;
  readonly data: unknown;
}

/** An event to be written. `data` is any JSON value, or a `JsonText`. */
export interface Outgoing {
  readonly id: string;
  readonly type: string;
  readonly timestamp: Date;
  readonly data: unknown;
}

/** The delivery that an event is written for. */
export interface DeliveryInfo {
  readonly endpointId: string;
  readonly deliveryId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** When this attempt is made; the event's own time by default. */
  readonly sentAt?: Date | undefined;
  readonly test: boolean;
}

/** An event as it goes over the wire, before it is signed. */
export interface EncodedEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Where type, id, time and data stand in body and headers. Pure; `decode` sees verified bytes alone. */
export interface Envelope {
  readonly fields: {
    readonly type: Field;
    readonly id?: Field;
    readonly timestamp?: Field;
    /** The time of the attempt, where it stands in the body. */
    readonly sentAt?: Field;
  };
  /** Reads a verified body that is not JSON (a form); what it throws is a `WebhookError`. Default: JSON. */
  parse?(body: Uint8Array): unknown;
  /** Throws `malformed_envelope`, `malformed_identity` or `header_mismatch`. */
  decode(json: unknown, header: (name: string) => string | undefined): Decoded;
  encode(event: Outgoing, delivery: DeliveryInfo): EncodedEvent;
}
