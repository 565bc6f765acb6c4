/** What a sender process is told. */
export interface SenderSettings {
  /** Begins the ids of its events: none other has it. */
  readonly name: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly queue: QueueKind;
}

/** Who passes wake-ups on. `none`: everybody looks at the record. */
export type QueueKind = 'none' | 'pg-boss' | 'bullmq';

/** What a receiver process is told. */
export interface ReceiverSettings {
  readonly name: string;
  readonly port: number;
  readonly secret: string;
  readonly databaseUrl: string;
}

/** Where senders and receivers keep their records. */
export const SCHEMA = 'chaos_record';
/** Each receiver has one endpoint for each: lanes that a killed sender leaves behind are some, not all. */
export const SHARDS = 4;
/** The effects of this type are committed together with the claim. */
export const TRANSACTIONAL = 'chaos.transactional';
/** Those of this one are not. */
export const PLAIN = 'chaos.plain';

/** How an event is sent: by itself, together with an order, or in a transaction that is rolled back on purpose. */
export const WAYS = ['alone', 'ordered', 'undone'] as const;
export type Way = (typeof WAYS)[number];

/** The way stands in the id. */
export function isUndone(eventId: string): boolean {
  return eventId.endsWith('undone');
}
