import { shownTenant } from '../ids/scope.js';
import type { AttemptOutcome } from '../observe/sender-outcome.js';
import type { DueDelivery, Settlement } from '../ports/records.js';

/** What observers are told of an attempt. */
export function attemptOutcome(
  endpointId: string,
  { event }: DueDelivery,
  { deliveryId, attempt, next }: Settlement,
): AttemptOutcome {
  return {
    kind: 'attempt',
    outcome: next.status === 'pending' ? 'retry' : next.status,
    endpointId,
    tenant: shownTenant(event.tenant),
    deliveryId,
    eventId: event.id,
    eventType: event.type,
    attempt: attempt.number,
    durationMs: attempt.durationMs,
    status: attempt.status,
    error: attempt.error,
    nextInMs: next.status === 'pending' ? next.delayMs : undefined,
  };
}
