/** A column of JSON, which this store has written itself. */
export function fromJson<T>(text: string): T {
  const value: T = JSON.parse(text);
  return value;
}

/** Nothing for nothing. */
export function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
