import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { describe, expect, test, vi } from 'vitest';
import { steps } from '../../../packages/sender/src/sqlite/sql/schema.js';
import { type StatementName, statementTexts } from '../../../packages/sender/src/sqlite/statements.js';
import { ended, report } from './new-records.js';
import { addEndpoint, deliver, openStore, takeLane } from './open-stores.js';

/** How each statement finds its rows. Lists of parameters, and filters that SQLite makes of them, are left out. */
const PLANS = {
  insertEvent: [],
  digestOfEvent: ['SEARCH events USING INDEX events_by_id (id=? AND tenant=?)'],
  deleteEvent: [
    'SEARCH events USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH deliveries USING COVERING INDEX deliveries_of_event (event=?)',
  ],
  lastEvent: ['SEARCH events'],
  event: ['SEARCH e USING INTEGER PRIMARY KEY (rowid=?)'],
  eventsFrom: ['SEARCH e USING INTEGER PRIMARY KEY (rowid>?)'],
  eventKeysFrom: ['SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  eventAges: ['SEARCH events USING INTEGER PRIMARY KEY (rowid>?)'],
  eventOfDelivery: [
    'SEARCH d USING INDEX deliveries_by_id (id=?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  dueDeliveries: [
    'SEARCH d USING INDEX deliveries_due (endpoint=? AND due_at<?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  routedTo: ['SEARCH routing USING INTEGER PRIMARY KEY (rowid=?)'],
  setRoutedTo: ['SEARCH routing USING INTEGER PRIMARY KEY (rowid=?)'],
  insertEndpoint: [],
  updateEndpoint: ['SEARCH endpoints USING INTEGER PRIMARY KEY (rowid=?)'],
  disableEndpoint: ['SEARCH endpoints USING INTEGER PRIMARY KEY (rowid=?)'],
  deleteEndpoint: ['SEARCH endpoints USING INTEGER PRIMARY KEY (rowid=?)'],
  endpoint: ['SEARCH endpoints USING INDEX sqlite_autoindex_endpoints_1 (id=?)'],
  endpointOfLane: ['SEARCH endpoints USING INTEGER PRIMARY KEY (rowid=?)'],
  endpoints: ['SEARCH endpoints USING INTEGER PRIMARY KEY (rowid>?)'],
  endpointsOfTenant: ['SEARCH endpoints USING INDEX endpoints_of_tenant (tenant=? AND rowid>?)'],
  subscribe: ['USE TEMP B-TREE FOR DISTINCT'],
  unsubscribe: ['SEARCH subscriptions USING PRIMARY KEY (tenant=? AND pattern=? AND endpoint=?)'],
  subscribers: [
    'SEARCH s USING PRIMARY KEY (tenant=? AND pattern=? AND endpoint>?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  totals: ['SCAN lanes', 'SCAN endpoints USING COVERING INDEX endpoints_of_tenant'],
  insertLane: [
    'SEARCH deliveries USING COVERING INDEX deliveries_of_endpoint (endpoint=?)',
    'SEARCH endpoints USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  laneOfEndpoint: ['SEARCH lanes USING COVERING INDEX sqlite_autoindex_lanes_1 (endpoint_id=?)'],
  laneWithTenant: [
    'SEARCH l USING COVERING INDEX sqlite_autoindex_lanes_1 (endpoint_id=?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH d USING INDEX deliveries_of_endpoint (endpoint=?)',
  ],
  lane: ['SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)'],
  openLane: ['SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)'],
  closeLane: ['SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)'],
  unparkLane: ['SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)'],
  refreshLane: ['SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)'],
  dropLane: [
    'SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH d USING COVERING INDEX deliveries_of_endpoint (endpoint=?)',
    'SEARCH deliveries USING COVERING INDEX deliveries_of_endpoint (endpoint=?)',
    'SEARCH endpoints USING INTEGER PRIMARY KEY (rowid=?)',
  ],
  countLane: [
    'SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH deliveries USING COVERING INDEX deliveries_due (endpoint=?)',
  ],
  keepLaneState: ['SEARCH lanes USING INTEGER PRIMARY KEY (rowid=?)'],
  waitingLanes: ['SEARCH lanes USING INDEX lanes_waiting (waits_from<?)'],
  waitingLanesNamed: ['SEARCH lanes USING INDEX sqlite_autoindex_lanes_1 (endpoint_id=?)'],
  nextLanes: ['SEARCH lanes USING INDEX lanes_waiting (waits_from>?)'],
  heldLanes: ['SEARCH lanes USING INDEX sqlite_autoindex_lanes_1 (endpoint_id=?)'],
  leftLanes: ['SEARCH lanes USING INDEX lanes_left (seq>?)'],
  insertDelivery: [],
  deliveryOf: ['SEARCH deliveries USING COVERING INDEX deliveries_of_event (event=? AND endpoint=?)'],
  deliveryToSettle: ['SEARCH deliveries USING INDEX deliveries_by_id (id=?)'],
  finishDelivery: ['SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)'],
  postponeDelivery: ['SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)'],
  headOfKey: ['SEARCH deliveries USING INDEX deliveries_of_key (endpoint=? AND ordering_key=?)'],
  setBlocked: ['SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)'],
  insertAttempt: [],
  addTally: [],
  tallies: ['SEARCH tallies USING PRIMARY KEY (hour=? AND endpoint=?)', 'USE TEMP B-TREE FOR GROUP BY'],
  delivery: [
    'SEARCH d USING INDEX deliveries_by_id (id=?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH l USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH a USING PRIMARY KEY (delivery=? AND number=?) LEFT-JOIN',
  ],
  deliveriesOfEndpoint: [
    'SEARCH l USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH d USING INDEX deliveries_of_endpoint (endpoint=? AND status=? AND rowid<?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH a USING PRIMARY KEY (delivery=? AND number=?) LEFT-JOIN',
  ],
  deliveriesOfEvent: [
    'SEARCH e USING INDEX events_by_id (id=?)',
    'SEARCH d USING INDEX deliveries_of_event (event=?)',
    'SEARCH l USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH a USING PRIMARY KEY (delivery=? AND number=?) LEFT-JOIN',
    'USE TEMP B-TREE FOR ORDER BY',
  ],
  lostDeliveries: [
    'SEARCH d USING INDEX deliveries_lost (status=? AND rowid<?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH l USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH a USING PRIMARY KEY (delivery=? AND number=?) LEFT-JOIN',
  ],
  lostDeliveriesOfTenant: [
    'SEARCH d USING INDEX deliveries_lost_of_tenant (tenant=? AND status=? AND rowid<?)',
    'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH l USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH a USING PRIMARY KEY (delivery=? AND number=?) LEFT-JOIN',
  ],
  attempts: ['SEARCH d USING INDEX deliveries_by_id (id=?)', 'SEARCH a USING PRIMARY KEY (delivery=?)'],
  pendingAt: ['SEARCH deliveries USING INDEX deliveries_of_endpoint (endpoint=? AND status=?)'],
  skipDelivery: ['SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)'],
  createdFrom: ['SEARCH deliveries USING INTEGER PRIMARY KEY (rowid>?)'],
  lastDelivery: ['SEARCH deliveries'],
  deliveriesToRequeue: [
    'SEARCH deliveries USING INDEX deliveries_of_endpoint (endpoint=? AND status=? AND rowid>?)',
  ],
  deliveriesToRequeueNamed: ['SEARCH deliveries USING INDEX deliveries_by_id (id=?)'],
  requeueDelivery: ['SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)'],
  rushDelivery: ['SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)'],
  pendingOfEvent: ['SEARCH deliveries USING INDEX deliveries_of_event (event=?)'],
  deliveriesToForget: ['SEARCH deliveries USING COVERING INDEX deliveries_of_event (event=?)'],
  forgetAttempts: ['SEARCH attempts USING PRIMARY KEY (delivery=?)'],
  forgetDelivery: [
    'SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)',
    'SEARCH attempts USING PRIMARY KEY (delivery=?)',
  ],
  forgetTallies: [
    'SEARCH tallies USING PRIMARY KEY (hour=? AND endpoint=? AND measure=? AND bin=?)',
    'SEARCH tallies USING PRIMARY KEY (hour<?)',
  ],
  clockSeenAt: ['SEARCH clock USING INTEGER PRIMARY KEY (rowid=?)'],
  setClock: ['SEARCH clock USING INTEGER PRIMARY KEY (rowid=?)'],
  lanesEarlier: ['SCAN lanes'],
  pendingEarlier: [
    'SEARCH deliveries USING COVERING INDEX deliveries_of_endpoint (endpoint=? AND status=?)',
    'SCAN lanes',
  ],
  lostEarlier: ['SEARCH deliveries USING INDEX deliveries_lost (status=?)'],
  eventsEarlier: ['SEARCH events USING INTEGER PRIMARY KEY (rowid>?)', 'SCAN events'],
  talliesEarlier: ['SEARCH tallies USING PRIMARY KEY (hour>?)'],
  forgetTalliesAfter: ['SEARCH tallies USING PRIMARY KEY (hour>?)'],
  expiringSecrets: ['SCAN endpoints'],
  keepSecrets: ['SEARCH endpoints USING INTEGER PRIMARY KEY (rowid=?)'],
} satisfies Record<StatementName, readonly string[]>;

/** Statements that look at more than they give, each with the reason why that is bounded. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['subscribe', 'sorts the patterns of one endpoint'],
  ['tallies', 'sorts the 49 hours of one endpoint'],
  ['deliveriesOfEvent', 'sorts the deliveries of one event'],
  ['totals', 'reads one row for each endpoint'],
  ['lanesEarlier', 'writes one row for each endpoint, when the clock was set back'],
  ['pendingEarlier', 'writes all that is pending, when the clock was set back'],
  ['eventsEarlier', 'writes the events that lie ahead, when the clock was set back'],
  ['expiringSecrets', 'reads one row for each endpoint, when the clock was set back'],
]);

/** These take any status, and SQLite looks at it for the sake of indexes that have some alone. */
const PLANNED_ANEW: readonly StatementName[] = [
  'deliveriesOfEndpoint',
  'deliveriesOfEvent',
  'lostDeliveries',
  'lostDeliveriesOfTenant',
  'deliveriesToRequeue',
];

/** With values that a write may not be able to take. */
function run(statement: StatementSync, values: readonly SQLInputValue[]): void {
  try {
    statement.all(...values);
  } catch (error) {
    expect(String(error)).toMatch(/constraint|datatype mismatch/i);
  }
}

const NOT_A_SEARCH = /^(LIST SUBQUERY|SCALAR SUBQUERY|CORRELATED|CREATE BLOOM FILTER|SCAN json_each)/;

function planOf(database: DatabaseSync, statement: string): readonly string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all();
  return rows.map(({ detail }) => String(detail)).filter((detail) => !NOT_A_SEARCH.test(detail));
}

describe('no statement takes longer because more is in the record', () => {
  const database = new DatabaseSync(':memory:');
  for (const step of steps) database.exec(step);

  test.each(Object.entries(statementTexts))('%s', (name, statement) => {
    const plan = planOf(database, statement);
    expect(plan).toEqual(PLANS[name as StatementName]);
    const isSearch = plan.every((line) => line.startsWith('SEARCH '));
    expect(isSearch || EXCEPTIONS.has(name)).toBe(true);
  });

  test('none of them is planned anew for each call, but for those that are made for people', () => {
    const prepared = Object.entries(statementTexts).map(([name, text]) => {
      return { name, text, statement: database.prepare(text) };
    });
    let planned = 0;
    // Asked whenever a statement is planned.
    database.setAuthorizer(() => {
      planned += 1;
      return 0;
    });
    const plannedAnew = prepared.filter(({ text, statement }) => {
      const values = (value: number) => {
        const isList = text.includes('json_each');
        return Array.from(text.matchAll(/\?/g), () => (isList ? '[]' : value));
      };
      run(statement, values(1));
      planned = 0;
      run(statement, values(2));
      return planned > 0;
    });
    database.setAuthorizer(null);
    expect(plannedAnew.map(({ name }) => name)).toEqual(PLANNED_ANEW);
  });

  test('an open store runs these statements alone', async () => {
    const store = await openStore();
    const spies = [vi.spyOn(DatabaseSync.prototype, 'prepare'), vi.spyOn(DatabaseSync.prototype, 'exec')];
    try {
      const { id } = await addEndpoint(store);
      const delivery = await deliver(store, id, { orderingKey: 'a' });
      await store.work.settle(await takeLane(store, id), report(ended(delivery)));
      await store.records.deliveries('*', { endpointId: id, limit: 10 });
      await store.work.outlook({ limit: 1 });
      await store.work.skip({ limit: 1 });
      await store.records.prune({ olderThanMs: 0, limit: 1 });
      for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });
});
