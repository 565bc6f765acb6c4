import { pollingQueue, type Wake } from '@countersign/sender';
import { deliveryQueueContract, fakeClock } from '@countersign/testing';
import { describe, test } from 'vitest';

describe('pollingQueue keeps the contract of every delivery queue', () => {
  for (const { name, run } of deliveryQueueContract) {
    test(name, async () => {
      const clock = fakeClock();
      const record = new Map<string, { readonly work: Wake; readonly dueMs: number }>();
      const queue = pollingQueue({
        // What is due later stands in the record, as deliveries do.
        outlook: async () => {
          const waiting = [...record.values()];
          const due = waiting
            .filter(({ dueMs }) => dueMs <= clock.now())
            .map(({ work }) => ({ ...work, delayMs: 0 }));
          for (const { id } of due) record.delete(id);
          const nextMs = Math.min(
            ...waiting.map(({ dueMs }) => dueMs).filter((dueMs) => dueMs > clock.now()),
          );
          return { due, nextInMs: Number.isFinite(nextMs) ? nextMs - clock.now() : undefined };
        },
        clock: { now: clock.now, steadyNow: clock.now, schedule: clock.schedule },
        onError: (error) => {
          throw error;
        },
      });
      await run({
        queue: {
          consume: queue.consume,
          wake(work) {
            for (const one of work) {
              if (one.delayMs > 0) record.set(one.id, { work: one, dueMs: clock.now() + one.delayMs });
            }
            return queue.wake(work);
          },
        },
        advance: clock.advance,
      });
    });
  }
});
