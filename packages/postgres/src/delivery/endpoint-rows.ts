import type { EndpointRecord } from '@countersign/sender';
import { recordOf } from '@countersign/sender/stores';
import { number, numberOrNone, oneOf, text, textOrNone } from '../client/row.js';
import type { Row } from '../client/sql-client.js';

/** An endpoint as it is read. The row tells the time, too. */
export function endpointRecord(row: Row): EndpointRecord {
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
  return recordOf(columns, number(row, 'now_ms'));
}
