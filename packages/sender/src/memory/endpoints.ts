import type { Records } from '../ports/delivery-store.js';
import type {
  EndpointDraft,
  EndpointRecord,
  EndpointTotals,
  Page,
  PageQuery,
  TenantScope,
} from '../ports/records.js';
import { filtered, pageOf, startOf } from '../record/paging.js';
import { recordOf, rowPartsOf } from './endpoint-rows.js';
import { type EndpointRow, type State, sees } from './state.js';

type EndpointRecords = Pick<
  Records,
  | 'endpoint'
  | 'endpoints'
  | 'createEndpoint'
  | 'replaceEndpoint'
  | 'deleteEndpoint'
  | 'endpointTotals'
  | 'totals'
>;

/** Endpoints, in memory. */
export function endpointRecords(state: State): EndpointRecords {
  return {
    endpoint: async (scope, id) => {
      const row = find(state, scope, id);
      return row === undefined ? undefined : recordOf(row, state.now());
    },
    endpoints: async (scope, query) => list(state, scope, query),
    createEndpoint: async (draft) => create(state, draft),
    replaceEndpoint: async (expectedRevision, draft) => replace(state, expectedRevision, draft),
    deleteEndpoint: async (scope, id) => remove(state, scope, id),
    endpointTotals: async (scope, id, { windowMs }) => totalsOf(state, find(state, scope, id), windowMs),
    totals: async () => ({
      endpoints: state.endpointCount,
      pending: state.pending,
      retrying: state.retrying,
    }),
  };
}

function find(state: State, scope: TenantScope, id: string): EndpointRow | undefined {
  const row = state.lanes.get(id)?.endpoint;
  return row !== undefined && sees(scope, row.record.tenant) ? row : undefined;
}

function list(state: State, scope: TenantScope, query: PageQuery): Page<EndpointRecord> {
  const nowMs = state.now();
  const rows = state.endpoints.oldestFirst(startOf('endpoints', query));
  const seen = filtered(rows, ({ record }) => sees(scope, record.tenant));
  return pageOf('endpoints', seen, query.limit, (row) => recordOf(row, nowMs));
}

function create(state: State, draft: EndpointDraft): EndpointRecord | undefined {
  if (state.lanes.has(draft.id)) return undefined;
  const nowMs = state.now();
  const lane = state.laneOf(draft.id);
  const times = { revision: 1, createdAtMs: nowMs, updatedAtMs: nowMs };
  const row: EndpointRow = { seq: state.nextSeq(), lane, ...rowPartsOf(draft, times) };
  lane.endpoint = row;
  state.endpoints.push(row);
  state.endpointCount += 1;
  return recordOf(row, nowMs);
}

function replace(state: State, expectedRevision: number, draft: EndpointDraft): EndpointRecord | undefined {
  const lane = state.lanes.get(draft.id);
  const row = lane?.endpoint;
  if (lane === undefined || row?.record.revision !== expectedRevision) return undefined;
  const nowMs = state.now();
  const { tenant, createdAtMs, revision, status, settings } = row.record;
  const times = { revision: revision + 1, createdAtMs, updatedAtMs: nowMs };
  Object.assign(row, rowPartsOf({ ...draft, tenant }, times));
  lane.parkedUntilMs = 0;
  if (status === 'disabled' || draft.settings.url !== settings.url) {
    lane.failures = 0;
    lane.failingSinceMs = undefined;
    lane.rateDebtUntilMs = 0;
  }
  return recordOf(row, nowMs);
}

function remove(state: State, scope: TenantScope, id: string): boolean {
  const row = find(state, scope, id);
  if (row === undefined) return false;
  row.lane.endpoint = undefined;
  state.endpoints.remove(row);
  state.endpointCount -= 1;
  return true;
}

function totalsOf(state: State, row: EndpointRow | undefined, windowMs: number): EndpointTotals | undefined {
  if (row === undefined) return undefined;
  const { backlog, retrying, lastDeliveredAtMs, tallies } = row.lane;
  return {
    pending: backlog.size,
    retrying,
    lastDeliveredAtMs,
    tallies: tallies.since(state.now() - windowMs),
  };
}
