import type { DeliveryStore, EventLog, Records, WorkLedger } from '@countersign/sender';

/** A call of a store, by name. */
export type StoreCall = 'open' | 'close' | keyof EventLog<never> | keyof WorkLedger | keyof Records;

/** Stands in front of a call: makes it, delays it, or fails instead. */
export type StoreTap = <T>(call: StoreCall, run: () => Promise<T>, args: readonly unknown[]) => Promise<T>;

/** A store whose writes, and the worker's reads, go through a tap. What people read does not. */
export function tapped({ open, close, events, work, records }: DeliveryStore, tap: StoreTap): DeliveryStore {
  return {
    open: () => tap('open', open, []),
    close: () => tap('close', close, []),
    events: {
      append: (...args) => tap('append', () => events.append(...args), args),
      takeUnrouted: (...args) => tap('takeUnrouted', () => events.takeUnrouted(...args), args),
      subscribers: (...args) => tap('subscribers', () => events.subscribers(...args), args),
      route: (...args) => tap('route', () => events.route(...args), args),
    },
    work: {
      takeLanes: (...args) => tap('takeLanes', () => work.takeLanes(...args), args),
      due: (...args) => tap('due', () => work.due(...args), args),
      renew: (...args) => tap('renew', () => work.renew(...args), args),
      settle: (...args) => tap('settle', () => work.settle(...args), args),
      skip: (...args) => tap('skip', () => work.skip(...args), args),
      outlook: (...args) => tap('outlook', () => work.outlook(...args), args),
    },
    records: {
      ...records,
      createEndpoint: (...args) => tap('createEndpoint', () => records.createEndpoint(...args), args),
      replaceEndpoint: (...args) => tap('replaceEndpoint', () => records.replaceEndpoint(...args), args),
      deleteEndpoint: (...args) => tap('deleteEndpoint', () => records.deleteEndpoint(...args), args),
      requeue: (...args) => tap('requeue', () => records.requeue(...args), args),
      prune: (...args) => tap('prune', () => records.prune(...args), args),
    },
  };
}
