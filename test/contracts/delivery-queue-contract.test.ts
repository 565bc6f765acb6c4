import type { DeliveryQueue, Wake } from '@countersign/sender';
import { deliveryQueueContract, type FakeClock, fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';

/** A queue in memory, the faults of which can be chosen. */
interface Faults {
  readonly forgetsDelays?: boolean;
  readonly losesWakesDuringRuns?: boolean;
  readonly remembersFinished?: boolean;
  readonly ignoresConcurrency?: boolean;
  readonly endsBeforeItsCalls?: boolean;
  readonly goesOnAfterAbort?: boolean;
  readonly runsOneAfterTheOther?: boolean;
  readonly neverEnds?: boolean;
}

function memoryQueue({ schedule }: FakeClock, faults: Faults): DeliveryQueue {
  const waiting = new Map<string, Wake>();
  const running = new Map<string, Promise<void>>();
  const finished = new Set<string>();
  let onChange = (): void => {};

  const enqueue = (work: Wake): void => {
    if (faults.losesWakesDuringRuns === true && running.has(work.id)) return;
    if (faults.remembersFinished === true && finished.has(work.id)) return;
    waiting.set(work.id, work);
    onChange();
  };

  return {
    async wake(work) {
      for (const one of work) {
        if (one.delayMs > 0 && faults.forgetsDelays !== true) schedule(() => enqueue(one), one.delayMs);
        else enqueue(one);
      }
    },
    async consume(onWake, { concurrency, signal }) {
      const most = faults.runsOneAfterTheOther === true ? 1 : concurrency;
      await new Promise<void>((resolve) => {
        onChange = () => {
          const isStopped = signal.aborted && faults.goesOnAfterAbort !== true;
          for (const [id, work] of isStopped ? [] : waiting) {
            if (running.has(id) || (running.size >= most && faults.ignoresConcurrency !== true)) continue;
            waiting.delete(id);
            const run = onWake(work).then(() => {
              running.delete(id);
              finished.add(id);
              onChange();
            });
            running.set(id, run);
          }
          const isDone = running.size === 0 || faults.endsBeforeItsCalls === true;
          if (signal.aborted && isDone && faults.neverEnds !== true) resolve();
        };
        signal.addEventListener('abort', () => onChange());
        onChange();
      });
    },
  };
}

async function failedCases(faults: Faults): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of deliveryQueueContract) {
    const clock = fakeClock();
    await run({ queue: memoryQueue(clock, faults), advance: clock.advance }).catch((error: unknown) => {
      expect(error).toMatchObject({ name: 'AssertionError' });
      failed.push(name);
    });
  }
  return failed;
}

test('the contract accepts a queue without faults', async () => {
  expect(await failedCases({})).toEqual([]);
});

describe('the contract catches a queue that', () => {
  test.each<[string, Faults, string]>([
    ['forgets delays', { forgetsDelays: true }, 'a wake comes when its delay has passed, and not before'],
    [
      'drops wakes for what runs',
      { losesWakesDuringRuns: true },
      'a wake during a run for the same endpoint is not lost',
    ],
    [
      'takes a second wake for a copy of the first',
      { remembersFinished: true },
      'the same wake comes again, after the first has been worked',
    ],
    [
      'runs too many at once',
      { ignoresConcurrency: true },
      'as many calls run at once as were allowed, and no more',
    ],
    ['runs one after the other', { runsOneAfterTheOther: true }, 'a call that lasts holds up no other'],
    [
      'ends while its calls run',
      { endsBeforeItsCalls: true },
      'an abort ends the consuming, once the calls that run have ended',
    ],
    ['never ends', { neverEnds: true }, 'an abort ends a consuming that has nothing to do'],
    [
      'goes on after the abort',
      { goesOnAfterAbort: true },
      'an abort ends the consuming, once the calls that run have ended',
    ],
  ])('%s', async (_what, faults, name) => {
    expect(await failedCases(faults)).toContain(name);
  });
});
