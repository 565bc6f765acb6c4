import type { AdapterRule, AdapterTarget } from '../adapter/adapter-target.js';

/** One attack, or mishap, that every adapter must withstand. */
export interface Attack extends AdapterRule {
  /** Its place in the corpus, 1 to 27. */
  readonly number: number;
  /** What goes wrong where it is not withstood. */
  readonly why: string;
}

/** One attack. */
export function attack(
  number: number,
  name: string,
  why: string,
  run: (target: AdapterTarget) => Promise<void>,
): Attack {
  return { number, name: `${number}. ${name}`, why, run };
}
