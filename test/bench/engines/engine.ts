/** One way to deliver events from several processes; each has one of these. */
export interface Engine {
  /** Makes what all processes share. One of them does it. */
  prepare(): Promise<void>;
  /** Takes events in, without delivering them yet. */
  fill(count: number): Promise<void>;
  start(): Promise<void>;
  /** Takes no more, and ends what it has in hand. */
  stop(): Promise<void>;
  /** Milliseconds that each of so many sends took, each inside a transaction of its own, where it can join one. */
  sendInTransaction(count: number): Promise<readonly number[]>;
  /** Removes what all share. One of them does it. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

/** What an engine works with. */
export interface EngineSetting {
  /** An endpoint each. */
  readonly urls: readonly string[];
  /** Exchanges in flight, in each process. */
  readonly connections: number;
  /** Names what the processes of one run share. */
  readonly run: string;
}

export const DATABASE_URL = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';
export const REDIS_URL = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** How long each of so many calls took. */
export async function timesOf(count: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startMs = performance.now();
    await work();
    times.push(performance.now() - startMs);
  }
  return times;
}
