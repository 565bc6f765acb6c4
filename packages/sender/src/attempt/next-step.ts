import type { DueDelivery, Next } from '../ports/records.js';
import type { Verdict } from './classify.js';
import { delayBeforeMs, type RetryPlan } from './retry-schedule.js';

const MOST_POSTPONEMENTS = 10;

/**
 * What a delivery becomes. An answer with a `Retry-After` postpones it, at most 10 times, without costing one of its
 * attempts; it never brings an attempt forward. Otherwise the schedule decides, and its end is the delivery's.
 * `successes`: of the endpoint, as counted by its lane.
 */
export function nextStep(
  verdict: Verdict,
  delivery: Pick<DueDelivery, 'spent' | 'postponements' | 'successesAtFirstFailure'>,
  plan: RetryPlan,
  { successes, random }: { readonly successes: number; readonly random: () => number },
): Next {
  const { spent, postponements, successesAtFirstFailure = successes } = delivery;
  if (verdict.kind === 'delivered') return { status: 'delivered' };
  if (verdict.kind !== 'retry') return { status: 'failed' };
  const { afterMs } = verdict;
  const scheduledMs = delayBeforeMs(plan, spent + 1, random);
  if (afterMs !== undefined && postponements < MOST_POSTPONEMENTS) {
    const earliestMs = scheduledMs ?? delayBeforeMs(plan, spent, random) ?? 0;
    const delayMs = Math.max(earliestMs, afterMs);
    return { status: 'pending', delayMs, spent, postponements: postponements + 1, successesAtFirstFailure };
  }
  if (scheduledMs === undefined) return { status: 'failed' };
  const delayMs = Math.max(scheduledMs, afterMs ?? 0);
  return { status: 'pending', delayMs, spent: spent + 1, postponements, successesAtFirstFailure };
}
