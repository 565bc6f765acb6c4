import assert from 'node:assert/strict';
import { withoutEscapes } from '../scene/without-escapes.js';
import { addressRules, nameRules } from './addresses.js';
import { answerRules } from './answers.js';
import { boundRules } from './bounds.js';
import { closingRules } from './closing.js';
import { deadlineRules } from './deadlines.js';
import { faultRules } from './faults.js';
import { reuseRules } from './reuse.js';
import { sendingRules } from './sending.js';
import { tlsRules } from './tls.js';
import type { TransportNeed, TransportRule, TransportTarget } from './transport-target.js';

/** One rule on one transport, ready for a test runner. */
export interface TransportCase {
  /** The rule's name; with the reason, where it cannot be tried on this transport. */
  readonly title: string;
  /** Why it cannot be tried; `undefined` where it can. */
  readonly reason: string | undefined;
  /** Rejects with an `AssertionError` where the rule does not hold; tries nothing where it cannot be tried. */
  run(): Promise<void>;
}

/** All rules. */
export const transportRules: readonly TransportRule[] = [
  ...sendingRules,
  ...answerRules,
  ...boundRules,
  ...deadlineRules,
  ...faultRules,
  ...reuseRules,
  ...addressRules,
  ...nameRules,
  ...tlsRules,
  ...closingRules,
];

/**
 * What every `Transport` of a sender promises, over real sockets on loopback: what it sends and brings back, how much
 * it reads, that the signal ends it in each stage, what its failures are, and that it connects to nothing but what the
 * policy allowed at that moment. Needs no test runner; what cannot be tried says so in its title.
 *
 * @example
 * const target = { transport: 'mine 1.0', create: ({ resolve, ca }) => myTransport({ resolve, ca }) };
 * for (const { title, run } of transportContract(target)) test(title, run);
 */
export function transportContract(target: TransportTarget): readonly TransportCase[] {
  const { cannot = {}, transport } = target;
  const unknown = Object.keys(cannot).filter((name) => !transportRules.some((rule) => rule.name === name));
  assert.deepEqual(unknown, [], '`cannot` names rules that do not exist');
  return transportRules.map((rule) => {
    const reason = cannot[rule.name];
    const title =
      reason === undefined ? rule.name : `${rule.name} (cannot be tried on ${transport}: ${reason})`;
    return {
      title,
      reason,
      run: async () => {
        if (reason === undefined) await runTransportRule(rule, target);
      },
    };
  });
}

/**
 * The rules that need something which a transport cannot be given, as entries of its `cannot`.
 *
 * @example
 * const cannot = rulesThatNeed(['resolve'], 'it has a resolver of its own');
 */
export function rulesThatNeed(
  needs: readonly TransportNeed[],
  reason: string,
): Readonly<Record<string, string>> {
  const rules = transportRules.filter((rule) => rule.needs.some((need) => needs.includes(need)));
  return Object.fromEntries(rules.map(({ name }) => [name, reason]));
}

/**
 * Tries one rule. Rejects with an `AssertionError` where it does not hold, and where it leaves an unhandled
 * rejection or an uncaught exception behind.
 *
 * @example
 * await runTransportRule(transportRules[0], target);
 */
export async function runTransportRule(rule: TransportRule, target: TransportTarget): Promise<void> {
  await withoutEscapes(rule.name, target.patienceMs, () => rule.run(target));
}
