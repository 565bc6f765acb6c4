/** What a job is added with. */
export interface BullJobOptions {
  jobId: string;
  /** Milliseconds. */
  delay: number;
  lifo: boolean;
  attempts: number;
  removeOnComplete: boolean;
  removeOnFail: boolean;
}

/** A job as it is added. */
export interface NewBullJob {
  name: string;
  data: object;
  opts: BullJobOptions;
}

/** A `Queue` of BullMQ, as far as it is used. */
export interface BullQueue {
  readonly qualifiedName: string;
  addBulk(jobs: NewBullJob[]): Promise<unknown>;
}

/** A job as it is taken. */
export interface TakenBullJob {
  readonly data: unknown;
  moveToCompleted(value: unknown, token: string, fetchNext: boolean): Promise<unknown>;
}

/** A `Worker` of BullMQ without a processor, as far as it is used. */
export interface BullWorker {
  readonly qualifiedName: string;
  startStalledCheckTimer(): Promise<unknown>;
  getNextJob(token: string, options: { block: boolean }): Promise<TakenBullJob | undefined>;
  close(force: boolean): Promise<unknown>;
}

/** What a worker is made with beside its connection. */
export interface BullWorkerOptions {
  autorun: boolean;
  /** Seconds. */
  drainDelay: number;
  lockDuration: number;
  stalledInterval: number;
}
