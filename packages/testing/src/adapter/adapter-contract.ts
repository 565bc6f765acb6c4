import assert from 'node:assert/strict';
import { attacks } from '../attacks/attacks.js';
import { behaviour } from '../behaviour/behaviour.js';
import { withoutEscapes } from '../scene/without-escapes.js';
import type { AdapterRule, AdapterTarget } from './adapter-target.js';

/** What became of a rule: tried, and it held; or not tried, and why. */
export type AdapterResult = { readonly tried: true } | { readonly tried: false; readonly reason: string };

/** One rule on one target, ready for a test runner. */
export interface AdapterCase {
  /** The rule's name; with the reason, where it cannot be tried on this target. */
  readonly title: string;
  /** Why it cannot be tried; `undefined` where it can. */
  readonly reason: string | undefined;
  /** Rejects with an `AssertionError` where the rule does not hold. */
  run(): Promise<AdapterResult>;
}

/** All rules, those of the attack corpus last. */
export const adapterRules: readonly AdapterRule[] = [...behaviour, ...attacks];

/**
 * What every adapter promises, over real sockets: each outcome's answer, retries, copies at the same time,
 * bodies that are slow, large, aborted or parsed too early, answers of all kinds behind a guard, connections
 * that are used again, and the attack corpus. Needs no test runner; what cannot be tried says so in its title.
 *
 * @example
 * for (const { title, run } of adapterContract({ adapter: 'express 5', mode: 'handler', serve })) test(title, run);
 */
export function adapterContract(target: AdapterTarget): readonly AdapterCase[] {
  const { cannot = {}, adapter, mode } = target;
  const rules = adapterRules.filter((rule) => rule.mode === undefined || rule.mode === mode);
  const unknown = Object.keys(cannot).filter((name) => !adapterRules.some((rule) => rule.name === name));
  assert.deepEqual(unknown, [], '`cannot` names rules that do not exist');
  return rules.map((rule) => {
    const reason = cannot[rule.name];
    const title =
      reason === undefined ? rule.name : `${rule.name} (cannot be tried on ${adapter}: ${reason})`;
    return {
      title,
      reason,
      run: async () => (reason === undefined ? runRule(rule, target) : { tried: false, reason }),
    };
  });
}

/**
 * Tries one rule. Rejects with an `AssertionError` where it does not hold, and where it leaves an unhandled
 * rejection or an uncaught exception behind.
 *
 * @example
 * await runRule(attacks[0], target);
 */
export async function runRule(rule: AdapterRule, target: AdapterTarget): Promise<AdapterResult> {
  await withoutEscapes(rule.name, target.patienceMs, () => rule.run(target));
  return { tried: true };
}
