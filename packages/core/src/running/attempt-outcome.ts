import type { WebhookError } from '../errors/webhook-error.js';
import type { InboxSettlement } from '../inbox/port.js';
import type { AttemptOutcome, FailedAttempt } from '../receiver/outcome.js';
import type { Attempt } from './attempt.js';

/** What `onOutcome` is told of an attempt that is settled; `isOwn` is false where somebody else had taken it. */
export function attemptOutcome(
  { taken, startedMs }: Attempt,
  error: WebhookError | undefined,
  settlement: InboxSettlement,
  isOwn: boolean,
): AttemptOutcome {
  const { receiver, tenant, keyId, deliveryId, eventId, type: eventType } = taken.delivery;
  const facts = {
    kind: 'attempt',
    receiver,
    attempt: taken.attempt,
    timings: { totalMs: performance.now() - startedMs },
    ...(tenant !== undefined && { tenant }),
    keyId,
    deliveryId,
    eventId,
    eventType,
  } as const;
  if (error === undefined) return { ...facts, code: isOwn ? 'processed' : 'commit_failed' };
  return { ...facts, code: error.code, error, ...nextOf(settlement, isOwn) };
}

function nextOf(settlement: InboxSettlement, isOwn: boolean): Pick<FailedAttempt, 'next' | 'retryInMs'> {
  if (!isOwn) return { next: 'elsewhere' };
  if (settlement.kind === 'failed') return { next: 'failed' };
  return { next: 'retry', retryInMs: settlement.kind === 'retry' ? settlement.delayMs : 0 };
}
