/** One way to deliver events; it lives in a process of its own. */
export interface Contender {
  /** Takes events into its record, where it has one, without delivering them yet. */
  fill(count: number): Promise<void>;
  /** Delivers what was taken in; resolves when the last one is. */
  drain(): Promise<void>;
  /** Takes events in while it delivers; resolves when the last one is delivered. */
  endToEnd(count: number): Promise<void>;
  close(): Promise<void>;
}

/** What a contender works with. */
export interface Setting {
  /** An endpoint each. */
  readonly urls: readonly string[];
  /** Exchanges in flight, in all. */
  readonly connections: number;
  /** A folder for files. */
  readonly directory: string;
}

/** Calls `work` with 0 to `count` - 1, so many at once. */
export async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const loop = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
}
