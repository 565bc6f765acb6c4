import { Buffer } from 'node:buffer';
import type { Claim, FailedDelivery, StoredDelivery, TakenDelivery } from '@countersign/core';
import { number, text, truth } from '../client/row.js';
import type { Row } from '../client/sql-client.js';

type Facts = Pick<StoredDelivery, 'tenant' | 'keyId' | 'deliveryId' | 'eventId' | 'type' | 'timestampMs'>;

/** What is known of a delivery beside its bytes, as JSON: its texts may hold what Postgres does not keep. */
export function factsText({ tenant, keyId, deliveryId, eventId, type, timestampMs }: StoredDelivery): string {
  return JSON.stringify({ tenant, keyId, deliveryId, eventId, type, timestampMs } satisfies Facts);
}

function factsOf(row: Row): Facts {
  const { tenant, timestampMs, ...facts }: Facts = JSON.parse(text(row, 'facts'));
  return { ...facts, tenant, timestampMs };
}

/** Bytes as a parameter that every client takes. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A row that was taken. */
export function takenDelivery(row: Row): TakenDelivery {
  const key = text(row, 'key');
  return {
    claim: { key, token: `${number(row, 'seq')}.${number(row, 'lease')}` },
    delivery: {
      key,
      receiver: text(row, 'receiver'),
      ...factsOf(row),
      headers: text(row, 'headers'),
      body: Buffer.from(text(row, 'body'), 'base64'),
    },
    attempt: number(row, 'attempts'),
    isInterrupted: truth(row, 'was_held'),
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

/** Row and lease of a token of this inbox. */
export interface Lease {
  readonly seq: string;
  readonly lease: string;
}

/** What a token stands for; `undefined` where it is none of this inbox. */
export function leaseOf({ token }: Claim): Lease | undefined {
  const [, seq, lease] = /^(\d{1,16})\.(\d{1,16})$/.exec(token) ?? [];
  return seq === undefined || lease === undefined ? undefined : { seq, lease };
}

/** Whether a text is the number of a row. */
export function isRowNumber(id: string): boolean {
  return /^\d{1,16}$/.test(id);
}
