import { type Random, shuffled } from './random.js';

interface FaultKind {
  readonly name: string;
  /** How often it comes in a plan, compared with others. */
  readonly weight: number;
  readonly needsRedis?: true;
}

const KINDS = [
  // SIGKILL, and another one in its place.
  { name: 'kill a sender', weight: 2 },
  { name: 'kill a receiver', weight: 2 },
  // SIGSTOP, and SIGCONT when its leases are over.
  { name: 'stop a sender', weight: 1 },
  { name: 'cut the connections', weight: 1 },
  { name: 'restart PostgreSQL', weight: 1 },
  { name: 'crash PostgreSQL', weight: 1 },
  { name: 'flush Redis', weight: 1, needsRedis: true },
  { name: 'kill Redis', weight: 1, needsRedis: true },
] as const satisfies readonly FaultKind[];

/** What is done to the processes and servers of a run. */
export type Fault = (typeof KINDS)[number]['name'];

/** What is done in so many rounds: each fault comes as often as its weight says before any comes again. */
export function planOf(rounds: number, hasRedis: boolean, random: Random): readonly Fault[] {
  const possible = KINDS.filter((kind) => hasRedis || !('needsRedis' in kind));
  const once = possible.flatMap(({ name, weight }) => Array<Fault>(weight).fill(name));
  const plan: Fault[] = [];
  while (plan.length < rounds) plan.push(...shuffled(once, random));
  return plan.slice(0, rounds);
}
