/** Somebody may look for any id. One with U+0000, which Postgres refuses, is looked for as one that nobody has. */
export function soughtId(id: string): string {
  return id.replaceAll('\0', '\uFFFD');
}

/** A list of such ids, as JSON. */
export function soughtIds(ids: readonly string[]): string {
  return JSON.stringify(ids.map(soughtId));
}

/** A lane, and which lease of it. */
export interface LaneToken {
  readonly lane: string;
  readonly token: string;
}

/** Of a lane's number and its lease's: 64 bits each. */
export function tokenOf(lane: unknown, token: unknown): string {
  return `${String(lane)}.${String(token)}`;
}

/** What {@link tokenOf} has made. Callers may have anything: that is nobody's lease. */
export function laneTokenOf(text: string): LaneToken {
  const [, lane = '0', token = '0'] = /^(\d{1,18})\.(\d{1,18})$/.exec(text) ?? [];
  return { lane, token };
}
