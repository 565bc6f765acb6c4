import type { SQLOutputValue } from 'node:sqlite';
import type { FailedDelivery, StoredDelivery, TakenDelivery } from '../inbox/port.js';
import type { Claim } from '../replay/port.js';

type Row = Readonly<Record<string, SQLOutputValue>>;
type Facts = Pick<StoredDelivery, 'tenant' | 'keyId' | 'deliveryId' | 'eventId' | 'type' | 'timestampMs'>;

/** What is known of a delivery beside its bytes, as JSON. */
export function factsText({ tenant, keyId, deliveryId, eventId, type, timestampMs }: StoredDelivery): string {
  return JSON.stringify({ tenant, keyId, deliveryId, eventId, type, timestampMs } satisfies Facts);
}

function factsOf(row: Row): Facts {
  const { tenant, timestampMs, ...facts }: Facts = JSON.parse(text(row, 'facts'));
  return { ...facts, tenant, timestampMs };
}

/** A row that is due, as it is once it is taken. */
export function takenDelivery(row: Row): TakenDelivery {
  const key = text(row, 'key');
  const { body } = row;
  if (!(body instanceof Uint8Array)) throw new TypeError('column body holds no bytes');
  return {
    claim: { key, token: `${number(row, 'seq')}.${number(row, 'lease')}` },
    delivery: {
      key,
      receiver: text(row, 'receiver'),
      ...factsOf(row),
      headers: text(row, 'headers'),
      body,
    },
    attempt: number(row, 'attempts'),
    isInterrupted: number(row, 'is_held') === 1,
  };
}

/** A row as people read it. */
export function failedDelivery(row: Row): FailedDelivery {
  const { tenant, deliveryId, eventId, type } = factsOf(row);
  return {
    id: String(number(row, 'seq')),
    receiver: text(row, 'receiver'),
    tenant,
    deliveryId,
    eventId,
    type,
    attempts: number(row, 'attempts'),
    error: JSON.parse(text(row, 'error')),
    receivedAt: new Date(number(row, 'received_at')),
    failedAt: new Date(number(row, 'settled_at')),
  };
}

/** Row and lease of a token; `undefined` where it is none of this inbox. */
export function leaseOf({ token }: Claim): readonly [seq: number, lease: number] | undefined {
  const [, seq, lease] = /^(\d{1,15})\.(\d{1,15})$/.exec(token) ?? [];
  return seq === undefined || lease === undefined ? undefined : [Number(seq), Number(lease)];
}

/** The number of a row that a text is; `undefined` where it is none. */
export function rowNumber(id: string): number | undefined {
  return /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new TypeError(`column ${column} holds no text`);
}

function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new TypeError(`column ${column} holds no number`);
}
