import { resolve } from 'node:path';
import type { Now } from '@countersign/core';
import { mustBe } from '@countersign/core/strict';
import { refuseTransaction } from '../errors/no-transaction.js';
import type { DeliveryStore, EventLog, Records, WorkLedger } from '../ports/delivery-store.js';
import { steadyEpoch } from '../time/clock.js';
import { Connection } from './connection.js';
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
import { append } from './intake.js';
import { due, renew, takeLanes } from './lanes.js';
import { outlook } from './outlook.js';
import { Pruning } from './prune.js';
import { requeue } from './requeue.js';
import { route, takeUnrouted } from './routing.js';
import type { Calls } from './session.js';
import { settle } from './settle.js';
import { skip } from './skip.js';
import { subscribers } from './subscribers.js';

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /**
   * The file, made where there is none; its folder must be there, on a local disk. While it is open, and after a crash,
   * `<path>-wal` stands beside it: it is part of the database, and is moved and copied with it. `<path>-lock`, which is
   * empty and stays, keeps other processes away. Nothing may move, replace or delete these while it is open.
   */
  readonly path: string;
  /**
   * Epoch milliseconds of a clock that never goes back while the store is open. Default: the platform's, from the
   * moment of the call.
   */
  readonly now?: Now | undefined;
}

/**
 * The embedded delivery store: one SQLite file, for one process at a time. What a call has resolved for survives the
 * loss of the process and of power (`synchronous = FULL`, asserted). Calls that come at nearly the same time
 * share one write to the disk.
 *
 * `open` rejects with a `SenderError` that names the file: `store_locked` where it is open elsewhere, `store_newer`
 * and `store_foreign` where it is not this version's or nobody's, `store_unavailable` where it cannot be made or
 * opened. The file's mode is made 0600, whatever it was. Where the clock was set back since, what waits is moved with
 * it.
 *
 * @example
 * const sender = createSender({ store: sqliteStore({ path: 'webhooks.db' }), provider: standardWebhooks });
 */
export function sqliteStore(options: SqliteStoreOptions): DeliveryStore {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `path`', options);
  const connection = new Connection(checkedPath(options.path), options.now ?? steadyEpoch());
  return {
    open: () => connection.open(),
    close: () => connection.close(),
    events: eventLog(connection),
    work: workLedger(connection),
    records: records(connection),
  };
}

function checkedPath(path: unknown): string {
  const isFile = typeof path === 'string' && path !== '' && path !== ':memory:' && !path.includes('\0');
  if (!isFile) throw mustBe('path', 'the path of a file (`memoryStore` needs none)', path);
  return resolve(path);
}

function eventLog(calls: Calls): EventLog<never> {
  return {
    async append(events, transaction) {
      refuseTransaction(transaction);
      return append(calls, events);
    },
    takeUnrouted: (options) => calls.read((session) => takeUnrouted(session, options)),
    subscribers: (query) => calls.read((session) => subscribers(session, query)),
    route: (routings) => route(calls, routings),
  };
}

function workLedger(calls: Calls): WorkLedger {
  return {
    takeLanes: (options) => calls.read((session) => takeLanes(session, options)),
    due: (lane, options) => calls.read((session) => due(session, lane, options)),
    renew: (lanes, leaseMs) => calls.read((session) => renew(session, lanes, leaseMs)),
    settle: (lane, report) => settle(calls, lane, report),
    skip: (options) => calls.write((session) => skip(session, options)),
    outlook: (options) => calls.read((session) => outlook(session, options)),
  };
}

function records(calls: Calls): Records {
  const pruning = new Pruning(calls);
  return {
    endpoint: (scope, id) => calls.read((session) => endpoint(session, scope, id)),
    endpoints: (scope, query) => calls.read((session) => endpoints(session, scope, query)),
    createEndpoint: (draft) => createEndpoint(calls, draft),
    replaceEndpoint: (revision, draft) => replaceEndpoint(calls, revision, draft),
    deleteEndpoint: (scope, id) => calls.write((session) => deleteEndpoint(session, scope, id)),
    endpointTotals: (scope, id, { windowMs }) =>
      calls.read((session) => endpointTotals(session, scope, id, windowMs)),
    totals: () => calls.read(totals),
    delivery: (scope, id) => calls.read((session) => delivery(session, scope, id)),
    deliveries: (scope, query) => calls.read((session) => deliveries(session, scope, query)),
    eventOf: (scope, deliveryId) => calls.read((session) => eventOf(session, scope, deliveryId)),
    attempts: (scope, deliveryId) => calls.read((session) => attempts(session, scope, deliveryId)),
    requeue: (scope, query) => requeue(calls, scope, query),
    prune: (options) => pruning.prune(options),
  };
}
