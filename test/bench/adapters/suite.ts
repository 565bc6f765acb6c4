import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateSecret } from '@countersign/core';
import { median, quantile } from '../measure/quantile.js';
import { interleave } from '../measure/rounds.js';
import type { GoalName } from '../report/goals.js';
import type { Section, SuiteOptions, SuiteReport } from '../report/suite-report.js';
import { quantity, ratio } from '../report/table.js';
import { withVersion } from '../report/versions.js';
import { VARIANTS, type Variant } from './apps/app.js';
import { type FrameworkName, frameworkNames, frameworks } from './apps/frameworks.js';
import { nextDirectory } from './apps/nextjs.js';
import { signedRequests } from './requests.js';
import { Server } from './server.js';

const CONNECTIONS = 32;

interface Effort {
  /** New processes each time: what one happens to be compiled to is not taken for the rule. */
  readonly generations: number;
  readonly rounds: number;
  readonly requests: number;
  readonly warmUpRequests: number;
}

/**
 * A generation stays below the 100,000 keys that the default replay store holds, and on a machine ten times
 * slower it still ends before its signed times are 300 s old.
 */
const FULL: Effort = { generations: 4, rounds: 12, requests: 3000, warmUpRequests: 8000 };
const QUICK: Effort = { generations: 1, rounds: 2, requests: 300, warmUpRequests: 500 };

interface Samples {
  readonly perSecond: number[];
  readonly cpuMicroseconds: number[];
  readonly busy: number[];
}

type SamplesOf = ReadonlyMap<Variant, Samples>;

const goalNames: Readonly<Record<FrameworkName, readonly [handler: GoalName, guard: GoalName]>> = {
  Express: ['expressHandler', 'expressGuard'],
  Fastify: ['fastifyHandler', 'fastifyGuard'],
  Hono: ['honoHandler', 'honoGuard'],
  'Next.js': ['nextHandler', 'nextGuard'],
};

/** Requests per second of every adapter, each application in a process of its own, over sockets on loopback. */
export async function adaptersSuite({ isQuick }: SuiteOptions): Promise<SuiteReport> {
  await buildNextApplication();
  const sections: Section[] = [];
  const figures: Partial<Record<GoalName, number>> = {};
  for (const framework of frameworkNames) {
    const samples = await measure(framework, scaled(isQuick ? QUICK : FULL, frameworks[framework].share));
    sections.push(sectionOf(framework, samples));
    const [handler, guard] = goalNames[framework];
    figures[handler] = shareOf(samples, 'countersign, handler');
    figures[guard] = shareOf(samples, 'countersign, guard');
  }
  return {
    title: 'Adapters',
    text: `POST of signed bodies of 1 KiB, each with an id of its own, over ${CONNECTIONS} keep-alive connections on loopback. Server and client are processes of their own; "busy" is how many cores the server used, its compiler and garbage collector included: from 1 on, it was the server that was measured. All answer the same JSON. The hand-written applications read the raw body as their framework's documentation says, check the time, verify and parse, and refuse no replay; ours does, with the default store, unless its name says otherwise.`,
    sections,
    figures,
  };
}

async function buildNextApplication(): Promise<void> {
  const cli = fileURLToPath(import.meta.resolve('next/dist/bin/next'));
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' };
  await promisify(execFile)(process.execPath, [cli, 'build', nextDirectory], { env });
}

function scaled(effort: Effort, share = 1): Effort {
  const { requests, warmUpRequests } = effort;
  return { ...effort, requests: requests * share, warmUpRequests: warmUpRequests * share };
}

async function measure(framework: FrameworkName, effort: Effort): Promise<SamplesOf> {
  const samples: SamplesOf = new Map(
    VARIANTS.map((variant) => [variant, { perSecond: [], cpuMicroseconds: [], busy: [] }]),
  );
  for (let i = 0; i < effort.generations; i += 1) await measureGeneration(framework, samples, effort);
  return samples;
}

async function measureGeneration(
  framework: FrameworkName,
  samples: SamplesOf,
  { rounds, requests, warmUpRequests }: Effort,
): Promise<void> {
  const secret = generateSecret();
  const pool = await signedRequests(secret, warmUpRequests + rounds * requests);
  const contenders: { readonly server: Server; readonly samples: Samples; sent: number }[] = [];
  try {
    for (const [variant, ofVariant] of samples) {
      const server = await Server.start(framework, variant, secret, CONNECTIONS);
      contenders.push({ server, samples: ofVariant, sent: warmUpRequests });
      await server.load.send(pool.slice(0, warmUpRequests));
    }
    await interleave(contenders, rounds, async (contender) => {
      const { server, sent } = contender;
      contender.sent += requests;
      const before = await server.usage();
      const elapsedMs = await server.load.send(pool.slice(sent, contender.sent));
      const { cpuMicroseconds } = await server.usage();
      const usedMicroseconds = cpuMicroseconds - before.cpuMicroseconds;
      contender.samples.perSecond.push((1000 * requests) / elapsedMs);
      contender.samples.cpuMicroseconds.push(usedMicroseconds / requests);
      contender.samples.busy.push(usedMicroseconds / (1000 * elapsedMs));
    });
  } finally {
    await Promise.all(contenders.map(({ server }) => server.stop()));
  }
}

function sectionOf(framework: FrameworkName, samples: SamplesOf): Section {
  return {
    title: `${framework}, requests per second`,
    text: withVersion(frameworks[framework].package),
    table: {
      head: ['application', 'p90', 'median', 'x by hand', 'server CPU µs/request', 'busy'],
      rows: Array.from(samples, ([variant, { perSecond, cpuMicroseconds, busy }]) => [
        variant,
        quantity(quantile(perSecond, 0.9)),
        quantity(median(perSecond)),
        ratio(shareOf(samples, variant)),
        quantity(median(cpuMicroseconds)),
        median(busy).toFixed(2),
      ]),
    },
  };
}

function shareOf(samples: SamplesOf, variant: Variant): number {
  const medianOf = (name: Variant): number => median(samples.get(name)?.perSecond ?? []);
  return medianOf(variant) / medianOf('by hand');
}
