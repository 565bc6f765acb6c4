import type { Attempted } from '../attempt/attempt.js';
import { nextStep } from '../attempt/next-step.js';
import type { Target } from '../attempt/target.js';
import type { DueDelivery, LaneReport, Settlement } from '../ports/records.js';
import { disabledBy } from './disable-policy.js';
import type { LaneHealth } from './lane-health.js';

/** What an attempt comes to. */
export interface Judgement {
  readonly settlement: Settlement;
  /** Why its endpoint is to be disabled, if it is. */
  readonly disable: LaneReport['disable'];
}

/** What it is judged with. */
export interface JudgeTools {
  /** Where the attempt went. */
  readonly url: string;
  readonly nowMs: number;
  readonly random: () => number;
}

/** What becomes of a delivery after an attempt, and of its endpoint as it is now, whose health it is entered in. */
export function judge(
  delivery: DueDelivery,
  { record, verdict }: Attempted,
  { plan, record: { settings } }: Target,
  health: LaneHealth,
  { url, nowMs, random }: JudgeTools,
): Judgement {
  // What another URL answered says nothing of where the endpoint is now.
  const isCurrent = url === settings.url;
  if (isCurrent) health.ended(verdict, nowMs);
  const { successes } = health;
  const next = nextStep(verdict, delivery, plan, { successes, random });
  const disable = disabledBy(plan.disable, {
    verdict,
    failingForMs: health.failingForMs(nowMs),
    isExhausted: verdict.kind === 'retry' && next.status === 'failed',
    hasSucceededSince: (delivery.successesAtFirstFailure ?? successes) !== successes,
  });
  return {
    settlement: { deliveryId: delivery.id, attempt: record, next },
    disable: isCurrent ? disable : undefined,
  };
}
