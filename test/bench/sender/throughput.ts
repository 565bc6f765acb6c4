import { z } from 'zod';
import { Child } from '../child.js';
import { median } from '../measure/quantile.js';
import { interleave } from '../measure/rounds.js';
import type { GoalName } from '../report/goals.js';
import type { Section } from '../report/suite-report.js';
import { quantity, ratio } from '../report/table.js';
import type { Sink } from './sink.js';

const CONNECTIONS = 64;
const CONTENDERS = ['bare loop', 'countersign', 'BullMQ + undici'] as const;
const WAYS = ['drain', 'end-to-end'] as const;

type ContenderName = (typeof CONTENDERS)[number];
type Way = (typeof WAYS)[number];

const answer = z.object({ elapsedMs: z.number(), cpuMicroseconds: z.number() });

interface Samples {
  readonly perSecond: number[];
  readonly cpuMicroseconds: number[];
}

/** How long to measure. */
export interface ThroughputEffort {
  readonly rounds: number;
  readonly deliveries: number;
}

/** What was measured with so many endpoints. */
export interface Throughput {
  readonly section: Section;
  readonly figures: Partial<Record<GoalName, number>>;
}

/** Deliveries per second, each contender in a process of its own, taking turns. */
export async function throughput(
  sink: Sink,
  endpoints: number,
  goals: Readonly<Record<'bare' | 'bullmq', GoalName>>,
  { rounds, deliveries }: ThroughputEffort,
): Promise<Throughput> {
  const samples = new Map<string, Samples>();
  const keyOf = (name: ContenderName, way: Way): string => `${name}, ${way}`;
  const children = new Map<ContenderName, Child>();
  try {
    for (const name of CONTENDERS) {
      const args = [name, String(CONNECTIONS), ...sink.urls.slice(0, endpoints)];
      const child = new Child(new URL('./contender-process.ts', import.meta.url), args);
      children.set(name, child);
      await child.answer(answer);
      for (const way of WAYS) {
        samples.set(keyOf(name, way), { perSecond: [], cpuMicroseconds: [] });
        await child.answer(answer, `${way} ${deliveries}`);
      }
    }
    const contenders = CONTENDERS.flatMap((name) => WAYS.map((way) => ({ name, way })));
    await interleave(contenders, rounds, async ({ name, way }) => {
      const measured = await children.get(name)?.answer(answer, `${way} ${deliveries}`);
      const into = samples.get(keyOf(name, way));
      if (measured === undefined) return;
      into?.perSecond.push((1000 * deliveries) / measured.elapsedMs);
      into?.cpuMicroseconds.push(measured.cpuMicroseconds / deliveries);
    });
  } finally {
    for (const child of children.values()) {
      await child.answer(answer, 'close');
      await child.stop();
    }
  }
  const medianOf = (name: ContenderName, way: Way): number =>
    median(samples.get(keyOf(name, way))?.perSecond ?? []);
  const rows = WAYS.flatMap((way) =>
    CONTENDERS.map((name) => [
      keyOf(name, way),
      quantity(medianOf(name, way)),
      ratio(medianOf(name, way) / medianOf('bare loop', way)),
      quantity(median(samples.get(keyOf(name, way))?.cpuMicroseconds ?? [])),
    ]),
  );
  return {
    section: {
      title: `Deliveries per second, ${endpoints} ${endpoints === 1 ? 'endpoint' : 'endpoints'}`,
      text: '',
      table: { head: ['contender', 'median', 'x bare loop', 'CPU µs/delivery'], rows },
    },
    figures: {
      [goals.bare]: medianOf('countersign', 'drain') / medianOf('bare loop', 'drain'),
      [goals.bullmq]: medianOf('countersign', 'drain') / medianOf('BullMQ + undici', 'drain'),
    },
  };
}
