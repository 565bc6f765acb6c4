import type { EndpointDraft, EndpointRecord } from '../ports/records.js';
import type { EndpointRow } from './state.js';

/** What is kept of a draft: copies that nobody else can change. */
export function rowPartsOf(
  { secrets, ...draft }: EndpointDraft,
  times: Pick<EndpointRecord, 'revision' | 'createdAtMs' | 'updatedAtMs'>,
): Pick<EndpointRow, 'record' | 'secrets'> {
  const { id, tenant, status, disabledReason, events, filters, firstDelayMs, settings } = frozen(
    structuredClone(draft),
  );
  return {
    record: {
      id,
      tenant,
      status,
      disabledReason,
      events,
      filters,
      firstDelayMs,
      settings,
      ...times,
    },
    secrets: secrets.map(({ id: secretId, value, expiresInMs }) => ({
      id: secretId,
      value,
      expiresAtMs: expiresInMs === undefined ? undefined : times.updatedAtMs + expiresInMs,
    })),
  };
}

/** An endpoint as it is read now: what of its secrets has expired is left out. */
export function recordOf({ record, secrets }: EndpointRow, nowMs: number): EndpointRecord {
  return {
    ...record,
    secrets: secrets
      .filter(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs > nowMs)
      .map(({ id, value, expiresAtMs }) => ({
        id,
        value,
        expiresInMs: expiresAtMs === undefined ? undefined : expiresAtMs - nowMs,
      })),
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
