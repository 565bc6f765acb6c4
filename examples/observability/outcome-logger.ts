import { errorTable, type ReceiverOutcome } from '@countersign/core';
import type { Logger } from 'pino';

/** An `onOutcome` that writes one line for each outcome. What it is given holds no secret, signature or body. */
export function outcomeLogger(log: Logger): (outcome: ReceiverOutcome) => void {
  return function logOutcome(outcome) {
    const { kind, code, receiver } = outcome;
    if (kind === 'notice') return log.warn({ code, receiver }, outcome.message);

    const { status, tenant, keyId, deliveryId, eventId, eventType, timings } = outcome;
    const line = { code, receiver, status, tenant, keyId, deliveryId, eventId, eventType, timings };
    if (kind === 'accepted') {
      // Acknowledged all the same, but a copy may run once more: somebody should look at the store.
      if (code === 'commit_failed') return log.error({ ...line, err: outcome.error }, code);
      return log.info(line, code);
    }

    const { error, diagnosis } = outcome;
    const { fix } = errorTable[code];
    // Strangers cause what is below 500; `in_progress` is a sender that came twice.
    const level = status >= 500 && code !== 'in_progress' ? 'error' : 'warn';
    log[level]({ ...line, diagnosis, fix, err: error }, error.message);
  };
}
