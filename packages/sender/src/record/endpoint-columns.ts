import type { DisabledReason, EndpointDraft, EndpointRecord, StoredSecret } from '../ports/records.js';
import { fromJson, jsonOrNull } from './json.js';

interface KeptSecret {
  readonly id: string;
  readonly value: string;
  readonly expiresAtMs?: number | undefined;
}

/** A draft as its columns; a copy, as far as the caller could change it. */
export interface EndpointColumns {
  readonly id: string;
  readonly tenant: string;
  readonly status: EndpointDraft['status'];
  readonly disabledReason: DisabledReason | null;
  readonly firstDelayMs: number | null;
  readonly patterns: string;
  readonly filters: string | null;
  readonly secrets: string;
  readonly settings: string;
}

/** The columns of an endpoint in the record. */
export interface StoredEndpointColumns extends EndpointColumns {
  readonly revision: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What is written of a draft at this time. */
export function columnsOf(draft: EndpointDraft, nowMs: number): EndpointColumns {
  const secrets = draft.secrets.map(({ id, value, expiresInMs }): KeptSecret => {
    return { id, value, expiresAtMs: expiresInMs === undefined ? undefined : nowMs + expiresInMs };
  });
  return {
    id: draft.id,
    tenant: draft.tenant,
    status: draft.status,
    disabledReason: draft.disabledReason ?? null,
    firstDelayMs: draft.firstDelayMs ?? null,
    patterns: JSON.stringify(draft.events),
    filters: jsonOrNull(draft.filters),
    secrets: JSON.stringify(secrets),
    settings: JSON.stringify(draft.settings),
  };
}

/** An endpoint as it is read at this time: what of its secrets has expired is left out. */
export function recordOf(columns: StoredEndpointColumns, nowMs: number): EndpointRecord {
  const { id, tenant, status, filters, revision, createdAtMs, updatedAtMs } = columns;
  return {
    id,
    tenant,
    status,
    disabledReason: columns.disabledReason ?? undefined,
    events: fromJson(columns.patterns),
    filters: filters === null ? undefined : fromJson(filters),
    firstDelayMs: columns.firstDelayMs ?? undefined,
    secrets: secretsAt(fromJson(columns.secrets), nowMs),
    settings: fromJson(columns.settings),
    revision,
    createdAtMs,
    updatedAtMs,
  };
}

/** The secrets of a row, which expire so much earlier. */
export function secretsEarlier(json: string, byMs: number): string {
  const secrets = fromJson<readonly KeptSecret[]>(json);
  return JSON.stringify(
    secrets.map(({ id, value, expiresAtMs }): KeptSecret => {
      return { id, value, expiresAtMs: expiresAtMs === undefined ? undefined : expiresAtMs - byMs };
    }),
  );
}

function secretsAt(secrets: readonly KeptSecret[], nowMs: number): readonly StoredSecret[] {
  return secrets
    .filter(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs > nowMs)
    .map(({ id, value, expiresAtMs }) => {
      return { id, value, expiresInMs: expiresAtMs === undefined ? undefined : expiresAtMs - nowMs };
    });
}
