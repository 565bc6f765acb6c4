import { quantile } from '../measure/quantile.js';
import { interleave } from '../measure/rounds.js';
import type { GoalName } from '../report/goals.js';
import type { Section, SuiteOptions, SuiteReport } from '../report/suite-report.js';
import { quantity, ratio } from '../report/table.js';
import { type Sink, startSink } from '../sender/sink.js';
import { Fleet } from './fleet.js';

const ENDPOINTS = 64;
const CONNECTIONS = 64;

/** Ours, and what a team writes by hand on the same engine. */
const CONTENDERS = [
  'pg-boss + undici',
  'countersign, Postgres',
  'countersign, pg-boss',
  'BullMQ + undici',
  'countersign, BullMQ',
] as const;

type Name = (typeof CONTENDERS)[number];

interface Sizes {
  readonly rounds: number;
  readonly deliveries: number;
  readonly sends: number;
}

const FULL: Sizes = { rounds: 5, deliveries: 10_000, sends: 2000 };
const QUICK: Sizes = { rounds: 1, deliveries: 300, sends: 50 };

/** Durable deliveries from several processes, beside what a team writes by hand on the same engine. */
export async function enginesSuite({ isQuick }: SuiteOptions): Promise<SuiteReport> {
  const sizes = isQuick ? QUICK : FULL;
  const sink = await startSink(ENDPOINTS);
  try {
    const one = await drained(sink, 1, sizes);
    const two = await drained(sink, 2, sizes);
    const sent = await sends(sink, sizes);
    return {
      title: 'Engines',
      text: `POST of 1 KiB events to ${ENDPOINTS} endpoints at one raw socket server in a process of its own; ${CONNECTIONS} exchanges in flight in each worker process; PostgreSQL and Redis beside them on the same two cores. By hand: a job for each delivery, in batches of 100 on pg-boss, no attempt log, no endpoints, no order, no limits. Ours takes the same events from the record, routes them, and records every attempt. Redis keeps nothing on disk here.`,
      sections: [one.section, two.section, sent],
      figures: {
        enginesPgBossOne: one.of('countersign, pg-boss') / one.of('pg-boss + undici'),
        enginesPgBossTwo: two.of('countersign, pg-boss') / two.of('pg-boss + undici'),
        enginesBullmqOne: one.of('countersign, BullMQ') / one.of('BullMQ + undici'),
        enginesBullmqTwo: two.of('countersign, BullMQ') / two.of('BullMQ + undici'),
        enginesPgBossRate: one.of('countersign, pg-boss'),
      } satisfies Partial<Record<GoalName, number>>,
    };
  } finally {
    await sink.stop();
  }
}

interface Drained {
  readonly section: Section;
  of(name: Name): number;
}

async function withFleets<T>(
  sink: Sink,
  workers: number,
  work: (fleets: ReadonlyMap<Name, Fleet>) => Promise<T>,
): Promise<T> {
  const fleets = new Map<Name, Fleet>();
  try {
    for (const name of CONTENDERS) {
      fleets.set(name, await Fleet.start(name, sink, { workers, connections: CONNECTIONS }));
    }
    return await work(fleets);
  } finally {
    for (const fleet of fleets.values()) await fleet.end();
  }
}

async function drained(sink: Sink, workers: number, { rounds, deliveries }: Sizes): Promise<Drained> {
  const samples = new Map<Name, number[]>(CONTENDERS.map((name) => [name, []]));
  await withFleets(sink, workers, async (fleets) => {
    for (const fleet of fleets.values()) await fleet.drain(deliveries);
    await interleave([...fleets], rounds, async ([name, fleet]) => {
      samples.get(name)?.push((1000 * deliveries) / (await fleet.drain(deliveries)));
    });
  });
  const of = (name: Name): number => quantile(samples.get(name) ?? [], 0.5);
  const byHand = (name: Name): Name => (name.includes('BullMQ') ? 'BullMQ + undici' : 'pg-boss + undici');
  const rows = CONTENDERS.map((name) => [name, quantity(of(name)), ratio(of(name) / of(byHand(name)))]);
  return {
    of,
    section: {
      title: `Deliveries per second, ${workers} worker ${workers === 1 ? 'process' : 'processes'}`,
      text: '',
      table: { head: ['contender', 'median', 'x by hand'], rows },
    },
  };
}

async function sends(sink: Sink, { sends: count }: Sizes): Promise<Section> {
  const rows = await withFleets(sink, 1, async (fleets) => {
    const measured: string[][] = [];
    for (const [name, fleet] of fleets) {
      await fleet.send(count);
      const times = await fleet.send(count);
      measured.push([name, ...[0.5, 0.99].map((q) => quantile(times, q).toFixed(3))]);
    }
    return measured;
  });
  return {
    title: 'One event or job in a transaction of its own, milliseconds',
    text: 'BEGIN, `send`, COMMIT. BullMQ by hand joins no transaction: one `add`. Ours on BullMQ writes to Postgres alone.',
    table: { head: ['contender', 'p50', 'p99'], rows },
  };
}
