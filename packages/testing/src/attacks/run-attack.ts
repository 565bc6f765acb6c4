import assert from 'node:assert/strict';
import type { Attack, AttackTarget } from './attack.js';
import { attacks } from './attacks.js';

/** What became of an attack: tried and withstood, or not tried, and why. */
export type AttackResult = { readonly tried: true } | { readonly tried: false; readonly reason: string };

/**
 * Tries one attack. Rejects with an `AssertionError` where it succeeds, and where it leaves an unhandled
 * rejection or an uncaught exception behind.
 *
 * @example
 * await runAttack(attacks[0], target);
 */
export async function runAttack(attack: Attack, target: AttackTarget): Promise<AttackResult> {
  const reason = attack.applies(target);
  if (reason !== undefined) return { tried: false, reason };
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  process.on('unhandledRejection', onEscaped).on('uncaughtException', onEscaped);
  try {
    await attack.run(target);
    // Node reports a rejection in the turn after the one that left it unhandled.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', onEscaped).off('uncaughtException', onEscaped);
  }
  assert.deepEqual(escaped, [], `attack ${attack.number} left an unhandled rejection or exception behind`);
  return { tried: true };
}

/** One attack, ready for a test runner. */
export interface AttackCase {
  readonly number: number;
  /** Number and name; with the reason, where it cannot be tried on this target. */
  readonly title: string;
  /** Why it cannot be tried; `undefined` where it can. */
  readonly reason: string | undefined;
  run(): Promise<AttackResult>;
}

/**
 * All attacks on a target, for any test runner. What cannot be tried says so in its title.
 *
 * @example
 * for (const { title, run } of attackReport({ adapter: 'express 5', mode: 'handler', serve })) test(title, run);
 */
export function attackReport(target: AttackTarget): readonly AttackCase[] {
  return attacks.map((attack) => {
    const reason = attack.applies(target);
    const title = `${attack.number}. ${attack.name}`;
    return {
      number: attack.number,
      title: reason === undefined ? title : `${title} (cannot be tried on ${target.adapter}: ${reason})`,
      reason,
      run: () => runAttack(attack, target),
    };
  });
}
