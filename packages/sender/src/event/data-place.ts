/** A list or object that stands in an event's data. */
export interface DataPlace {
  /** `undefined`: it is the data itself. */
  readonly above: DataPlace | undefined;
  /** Its name or index in what is above. */
  readonly key: string | number;
  /** How many levels end here, its own included. */
  readonly depth: number;
}

const LONGEST = 200;

/** The path of a member, for messages: `data.list[2]`. Names of an open payload can be long, so it is cut. */
export function pathOf(above: DataPlace | undefined, key: string | number): string {
  let path = above === undefined ? 'data' : step(key);
  for (let place = above; place !== undefined; place = place.above) {
    path = `${place.above === undefined ? 'data' : step(place.key)}${path}`;
  }
  return path.length <= LONGEST ? path : `${path.slice(0, LONGEST)}…`;
}

function step(key: string | number): string {
  return typeof key === 'number' ? `[${key}]` : `.${key}`;
}
