import type { Now } from '@countersign/core';
import { mustBe } from '@countersign/core/strict';
import type {
  AppendResult,
  DeliveryStore,
  DueDelivery,
  EventLog,
  Lane,
  Page,
  Records,
  Subscriber,
  WorkLedger,
} from '@countersign/sender';
import { inputFault } from '@countersign/sender/stores';
import { Database, type DatabaseOptions } from '../client/database.js';
import { Gather } from '../client/gather.js';
import type { SqlClient } from '../client/sql-client.js';
import { transactionFault } from '../client/transaction.js';
import { migrate } from '../schema/migrate.js';
import { sendingArea } from '../schema/sending.js';
import { attempts, deliveries, delivery, eventOf } from './deliveries.js';
import {
  createEndpoint,
  deleteEndpoint,
  endpoint,
  endpoints,
  endpointTotals,
  replaceEndpoint,
  totals,
} from './endpoints.js';
import { type AppendCall, appendAll, appendIn } from './intake.js';
import { type DueCall, due, renew, takeLanes, takeNamed } from './lanes.js';
import { outlook } from './outlook.js';
import { Pruning } from './prune.js';
import { requeue } from './requeue.js';
import { route, takeUnrouted } from './routing.js';
import type { Session } from './session.js';
import { type SettleCall, settleAll, settleCallOf } from './settle.js';
import { skip } from './skip.js';
import { statementsOf } from './sql/statements.js';
import { storeError } from './store-errors.js';
import { type SubscriberQuery, subscribers } from './subscribers.js';

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions extends DatabaseOptions {
  /** Epoch milliseconds of a clock that all processes share, for tests. Default: the database's. */
  readonly now?: Now | undefined;
}

const APPENDED_AT_ONCE = 100;
const SETTLED_AT_ONCE = 64;
const LOOKED_UP_AT_ONCE = 64;

/**
 * The delivery store of senders on several machines: one schema of a PostgreSQL database, 13 or newer. `open` makes
 * its tables under an advisory lock. What a call has resolved for is as durable as the database's commits.
 *
 * `send(event, { transaction })` joins the caller's own transaction: a `pg` client that has begun one, or what
 * `fromPostgresJs`, `fromDrizzle`, `fromKysely`, `fromKnex` and `fromPrisma` make of theirs.
 *
 * `close` leaves the client as it is: it is the caller's, and other things may use it. It needs 4 connections or more;
 * `connectionTimeoutMillis` and `query_timeout` of a `Pool` bound how long a call waits for a server that is away.
 *
 * @example
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * const sender = createSender({ store: postgresStore({ client: pool }) });
 */
export function postgresStore(options: PostgresStoreOptions): DeliveryStore<SqlClient> {
  const database = new Database(options);
  if (options.now !== undefined && typeof options.now !== 'function')
    throw mustBe('now', 'a function', options.now);
  const { now } = options;
  const session: Session = {
    database,
    sql: statementsOf(database.schema),
    now: () => (now === undefined ? null : Math.floor(now())),
  };
  /** What goes wrong in a call is told by the table of errors. */
  const told = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw storeError(error, database.schema);
    }
  };
  return {
    shared: true,
    open: () => told(migrate(database, sendingArea)),
    async close() {},
    events: eventLog(session, told),
    work: workLedger(session, told),
    records: records(session, told),
  };
}

type Told = <T>(call: Promise<T>) => Promise<T>;

function eventLog(session: Session, told: Told): EventLog<SqlClient> {
  const appends = new Gather<AppendCall, AppendResult>((calls) => appendAll(session, calls), {
    most: APPENDED_AT_ONCE,
    parallel: 2,
  });
  const lookUps = new Gather<SubscriberQuery, Page<Subscriber>>((queries) => subscribers(session, queries), {
    most: LOOKED_UP_AT_ONCE,
    parallel: 2,
  });
  return {
    async append(events, transaction) {
      // Copies: the caller may change what it gave before they are written.
      const copies = events.map((event) => ({ ...event }));
      if (transaction === undefined) return told(appends.call(copies));
      const fault = transactionFault(transaction);
      if (fault !== undefined) throw inputFault('transaction', fault);
      return told(appendIn(session, transaction, copies));
    },
    takeUnrouted: (options) => told(takeUnrouted(session, options)),
    subscribers: (query) => told(lookUps.call(query)),
    route: (routings) => told(route(session, structuredClone(routings))),
  };
}

function workLedger(session: Session, told: Told): WorkLedger {
  // One group at a time: the next is the larger, and what it costs for each lane is shared by more.
  const most = { most: SETTLED_AT_ONCE, parallel: 1 };
  const takes = new Gather<{ readonly endpointId: string; readonly leaseMs: number }, readonly Lane[]>(
    (calls) => takeNamed(session, calls),
    most,
  );
  const dues = new Gather<DueCall, readonly DueDelivery[]>((calls) => due(session, calls), most);
  const settles = new Gather<SettleCall, boolean>((calls) => settleAll(session, calls), most);
  return {
    takeLanes(options) {
      const { endpointIds = [], leaseMs, limit } = options;
      const [endpointId, ...others] = endpointIds;
      const isOne = endpointId !== undefined && others.length === 0 && limit > 0;
      return told(isOne ? takes.call({ endpointId, leaseMs }) : takeLanes(session, options));
    },
    due: ({ token }, { limit, except }) => told(dues.call({ token, limit, except: [...except] })),
    renew: (lanes, leaseMs) => told(renew(session, lanes, leaseMs)),
    settle: (lane, report) => told(settles.call(settleCallOf(lane, report))),
    skip: (options) => told(skip(session, options)),
    outlook: (options) => told(outlook(session, options)),
  };
}

function records(session: Session, told: Told): Records {
  const pruning = new Pruning(session);
  return {
    endpoint: (scope, id) => told(endpoint(session, scope, id)),
    endpoints: (scope, query) => told(endpoints(session, scope, query)),
    createEndpoint: (draft) => told(createEndpoint(session, draft)),
    replaceEndpoint: (revision, draft) => told(replaceEndpoint(session, revision, draft)),
    deleteEndpoint: (scope, id) => told(deleteEndpoint(session, scope, id)),
    endpointTotals: (scope, id, { windowMs }) => told(endpointTotals(session, scope, id, windowMs)),
    totals: () => told(totals(session)),
    delivery: (scope, id) => told(delivery(session, scope, id)),
    deliveries: (scope, query) => told(deliveries(session, scope, query)),
    eventOf: (scope, deliveryId) => told(eventOf(session, scope, deliveryId)),
    attempts: (scope, deliveryId) => told(attempts(session, scope, deliveryId)),
    requeue: (scope, query) => told(requeue(session, scope, query)),
    prune: (options) => told(pruning.prune(options)),
  };
}
