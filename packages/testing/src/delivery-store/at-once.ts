/** The same call so many times at once. */
export const atOnce = <T>(times: number, call: (index: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => call(index)));

export const countOf = <T>(list: readonly T[], wanted: (item: T) => boolean): number =>
  list.filter(wanted).length;
