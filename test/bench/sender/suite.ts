import { z } from 'zod';
import { Child } from '../child.js';
import type { GoalName } from '../report/goals.js';
import type { Section, SuiteOptions, SuiteReport } from '../report/suite-report.js';
import { quantity } from '../report/table.js';
import { type Sink, startSink } from './sink.js';
import { throughput } from './throughput.js';

const ORIGINS = 32;

const figures = z.record(z.string(), z.number());

interface Sizes {
  readonly rounds: number;
  readonly deliveries: number;
  readonly sends: number;
  readonly inFlight: number;
  readonly backlogs: readonly number[];
  readonly fanOut: number;
  readonly isolationSeconds: number;
}

const FULL: Sizes = {
  rounds: 7,
  deliveries: 20_000,
  sends: 10_000,
  inFlight: 1000,
  backlogs: [1000, 1_000_000],
  fanOut: 10_000,
  isolationSeconds: 20,
};
const QUICK: Sizes = {
  rounds: 1,
  deliveries: 500,
  sends: 100,
  inFlight: 50,
  backlogs: [1000],
  fanOut: 200,
  isolationSeconds: 2,
};

/** Durable deliveries from one process on SQLite, over sockets on loopback, beside what a team writes by hand. */
export async function senderSuite({ isQuick }: SuiteOptions): Promise<SuiteReport> {
  const sizes = isQuick ? QUICK : FULL;
  const sink = await startSink(ORIGINS);
  try {
    const one = await throughput(sink, 1, { bare: 'senderOne', bullmq: 'senderOneBullmq' }, sizes);
    const many = await throughput(sink, ORIGINS, { bare: 'senderMany', bullmq: 'senderManyBullmq' }, sizes);
    const rest = await scenarios(sink, sizes);
    return {
      title: 'Sender',
      text: 'POST of 1 KiB events to one raw socket server in a process of its own; 64 exchanges in flight. The bare loop signs and posts over the same transport and records nothing. *Drain* delivers what is in the record already; *end-to-end* takes the events in one by one meanwhile, 64 callers at once. The sender is as it is by default: `synchronous=FULL`, every attempt recorded. BullMQ on Redis keeps nothing on disk here, and logs no attempts.',
      sections: [one.section, many.section, ...rest.sections],
      figures: { ...one.figures, ...many.figures, ...rest.figures },
    };
  } finally {
    await sink.stop();
  }
}

async function scenarios(
  sink: Sink,
  sizes: Sizes,
): Promise<{ readonly sections: readonly Section[]; readonly figures: Partial<Record<GoalName, number>> }> {
  const send = await scenario(sink, 'send latency', sizes.sends);
  const flight = await scenario(sink, 'in flight', sizes.inFlight);
  const isolated = await scenario(sink, 'isolation', sizes.isolationSeconds);
  const fan = await scenario(sink, 'fan-out', sizes.fanOut);
  const backlogs: (readonly string[])[] = [];
  for (const size of sizes.backlogs) {
    const measured = await scenario(sink, 'backlog', size);
    backlogs.push([size.toLocaleString('en'), ...Object.values(measured).map(quantity)]);
  }
  const row = (name: string, measured: Readonly<Record<string, number>>): readonly string[] => [
    name,
    ...['p50', 'p99'].map((q) => (measured[`${name} ${q}`] ?? Number.NaN).toFixed(3)),
  ];
  return {
    sections: [
      {
        title: '`send`, milliseconds',
        text: '*bare*: one INSERT of the same bytes with `synchronous=FULL`. *sixteen*: sixteen callers at once.',
        table: {
          head: ['call', 'p50', 'p99'],
          rows: ['bare', 'send', 'sixteen'].map((name) => row(name, send)),
        },
      },
      {
        title: `${sizes.inFlight.toLocaleString('en')} exchanges in flight`,
        text: 'MiB of resident memory, after garbage collection.',
        table: {
          head: ['', ...Object.keys(flight)],
          rows: [['RSS', ...Object.values(flight).map(quantity)]],
        },
      },
      {
        title: 'Isolation, milliseconds',
        text: 'From `send` resolved to 2xx received at 50 healthy endpoints, 400 events a second over 100 endpoints; *disturbed*: the other 50 never answer.',
        table: {
          head: ['run', 'p50', 'p99'],
          rows: ['undisturbed', 'disturbed'].map((name) => row(name, isolated)),
        },
      },
      {
        title: `Fan-out to ${sizes.fanOut.toLocaleString('en')} endpoints`,
        text: 'To the last 2xx.',
        table: { head: ['', ...Object.keys(fan)], rows: [['sender', ...Object.values(fan).map(quantity)]] },
      },
      {
        title: 'With a backlog',
        text: 'Deliveries at one healthy endpoint, sent in batches, while so many wait at 100 others.',
        table: { head: ['pending', 'deliveries/s', 'MiB RSS', 'ms to open and count'], rows: backlogs },
      },
    ],
    figures: {
      sendP99: (send['send p99'] ?? Number.NaN) / (send['bare p99'] ?? Number.NaN),
      inFlightMiB: flight['MiB during'] ?? Number.NaN,
      isolationP99: (isolated['disturbed p99'] ?? Number.NaN) / (isolated['undisturbed p99'] ?? Number.NaN),
    },
  };
}

async function scenario(sink: Sink, name: string, size: number): Promise<Readonly<Record<string, number>>> {
  const args = [name, String(size), sink.urls.join(' '), sink.silentUrls.join(' ')];
  const child = new Child(new URL('./scenario-process.ts', import.meta.url), args, ['--expose-gc']);
  try {
    return await child.answer(figures);
  } finally {
    await child.stop();
  }
}
