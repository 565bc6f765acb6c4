import type { DisableRule } from '@countersign/core';
import type { Verdict } from '../attempt/classify.js';
import type { LaneReport } from '../ports/records.js';

/** A failed attempt, and what came before it. */
export interface FailedAttempt {
  readonly verdict: Verdict;
  /** For how long the endpoint has done nothing but fail. */
  readonly failingForMs: number;
  /** It was the last attempt of the delivery's schedule. */
  readonly isExhausted: boolean;
  /** Something succeeded at the endpoint since the delivery's first attempt failed. */
  readonly hasSucceededSince: boolean;
}

/** Why an endpoint is to be disabled by an attempt, if it is: it says that it is gone, or only fails. */
export function disabledBy(rule: DisableRule | undefined, failed: FailedAttempt): LaneReport['disable'] {
  if (failed.verdict.kind === 'gone') return 'gone';
  const isUnsent = failed.verdict.kind === 'fail' && failed.verdict.isUnsent === true;
  if (failed.verdict.kind === 'delivered' || isUnsent || rule === undefined) return undefined;
  const isOver =
    rule.when === 'failing-for'
      ? failed.failingForMs >= rule.ms
      : failed.isExhausted && !failed.hasSucceededSince;
  return isOver ? 'failing' : undefined;
}
