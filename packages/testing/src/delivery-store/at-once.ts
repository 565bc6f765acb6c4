import assert from 'node:assert/strict';

/** The same call so many times at once. */
export const atOnce = <T>(times: number, call: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => call(index)));

export const countOf = <T>(list: readonly T[], wanted: (item: T) => boolean): number =>
  list.filter(wanted).length;

/** What a call gives, again and again until it gives nothing. */
export async function untilNothing<T>(call: () => Promise<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let round = 0; round < 100; round += 1) {
    const more = await call();
    if (more.length === 0) return all;
    all.push(...more);
  }
  return assert.fail('something is given again and again');
}
