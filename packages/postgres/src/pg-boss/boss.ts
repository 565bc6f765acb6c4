/** A job as it is inserted. */
export interface NewJob {
  data: object;
  /** Seconds from now, by the database's clock. */
  startAfter: number;
  priority: number;
  singletonKey: string;
}

/** A job as it is fetched. */
export interface FetchedJob {
  readonly id: string;
  readonly data: unknown;
}

/** How the jobs of a queue live. */
export interface JobLife {
  policy: 'short';
  retryLimit: number;
  expireInSeconds: number;
  retentionSeconds: number;
  deleteAfterSeconds: number;
}

/** What inserts jobs through somebody's own connection. */
export interface JobDatabase {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The database of a `PgBoss`. One of somebody's own making may not listen. */
export interface BossDatabase {
  executeSql(text: string, values?: unknown[]): Promise<unknown>;
  listen?(
    channel: string,
    onNotification: (payload: string) => void,
    onReconnect: () => void,
  ): Promise<Listening>;
}

/** A connection that listens. */
export interface Listening {
  close(): Promise<void>;
}

/** A `PgBoss` of pg-boss 12, as far as it is used. */
export interface Boss {
  createQueue(name: string, life: JobLife): Promise<unknown>;
  insert(name: string, jobs: NewJob[], options?: { db: JobDatabase }): Promise<unknown>;
  fetch(name: string, options: { batchSize: number }): Promise<readonly FetchedJob[]>;
  deleteJob(name: string, ids: string[]): Promise<unknown>;
  getDb(): BossDatabase;
}

const METHODS = ['createQueue', 'insert', 'fetch', 'deleteJob', 'getDb'] as const;

/** Whether it is one. */
export function isBoss(boss: unknown): boss is Boss {
  return (
    typeof boss === 'object' &&
    boss !== null &&
    METHODS.every((method) => typeof Reflect.get(boss, method) === 'function')
  );
}
