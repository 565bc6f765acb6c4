import type { EndpointRecord } from '../ports/records.js';
import { recordOf } from '../record/endpoint-columns.js';
import { number, numberOrNone, oneOf, type Row, text, textOrNone } from './row.js';

/** An endpoint as it is read at this time. */
export function endpointRecord(row: Row, nowMs: number): EndpointRecord {
  const isEnabled = row['disabled_reason'] === null;
  const columns = {
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    status: oneOf(row, 'status', ['enabled', 'disabled']),
    disabledReason: isEnabled ? null : oneOf(row, 'disabled_reason', ['requested', 'gone', 'failing']),
    firstDelayMs: numberOrNone(row, 'first_delay_ms') ?? null,
    patterns: text(row, 'events'),
    filters: textOrNone(row, 'filters') ?? null,
    secrets: text(row, 'secrets'),
    settings: text(row, 'settings'),
    revision: number(row, 'revision'),
    createdAtMs: number(row, 'created_at'),
    updatedAtMs: number(row, 'updated_at'),
  };
  return recordOf(columns, nowMs);
}
