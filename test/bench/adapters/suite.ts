import { generateSecret } from '@countersign/core';
import { median, quantile } from '../measure/quantile.js';
import { interleave } from '../measure/rounds.js';
import type { SuiteOptions, SuiteReport } from '../report/suite-report.js';
import { quantity, ratio } from '../report/table.js';
import { withVersion } from '../report/versions.js';
import { type AppName, apps, isAppName } from './apps/index.js';
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
const FULL: Effort = { generations: 6, rounds: 12, requests: 3000, warmUpRequests: 8000 };
const QUICK: Effort = { generations: 1, rounds: 2, requests: 300, warmUpRequests: 500 };

interface Samples {
  readonly perSecond: number[];
  readonly cpuMicroseconds: number[];
  readonly busy: number[];
}

/** Requests per second of Express applications, each in a process of its own, over sockets on loopback. */
export async function expressSuite({ isQuick }: SuiteOptions): Promise<SuiteReport> {
  const effort = isQuick ? QUICK : FULL;
  const names = Object.keys(apps).filter(isAppName);
  const samples = new Map<AppName, Samples>(
    names.map((name) => [name, { perSecond: [], cpuMicroseconds: [], busy: [] }]),
  );
  for (let i = 0; i < effort.generations; i += 1) await measureGeneration(samples, effort);
  const medianOf = (name: AppName, what: keyof Samples): number => median(samples.get(name)?.[what] ?? []);
  const share = (name: AppName, of: AppName): number =>
    medianOf(name, 'perSecond') / medianOf(of, 'perSecond');
  return {
    title: 'Express',
    text: `POST of signed bodies of 1 KiB, each with an id of its own, over ${CONNECTIONS} keep-alive connections on loopback, to ${withVersion('express')}. Server and client are processes of their own; "busy" is how many cores the server used, its compiler and garbage collector included: from 1 on, it was the server that was measured. All answer the same JSON. The hand-written applications read with \`express.raw\`, check the time, verify and parse (${withVersion('standardwebhooks')} for the one named after it), and refuse no replay; ours does, with the default store, unless its name says otherwise.`,
    sections: [
      {
        title: 'Requests per second',
        text: '',
        table: {
          head: ['application', 'p90', 'median', 'x by hand', 'server CPU µs/request', 'busy'],
          rows: names.map((name) => [
            name,
            quantity(quantile(samples.get(name)?.perSecond ?? [], 0.9)),
            quantity(medianOf(name, 'perSecond')),
            ratio(share(name, 'by hand')),
            quantity(medianOf(name, 'cpuMicroseconds')),
            medianOf(name, 'busy').toFixed(2),
          ]),
        },
      },
    ],
    figures: {
      expressHandler: share('countersign, handler', 'by hand'),
      expressGuard: share('countersign, guard', 'by hand'),
    },
  };
}

async function measureGeneration(samples: ReadonlyMap<AppName, Samples>, effort: Effort): Promise<void> {
  const secret = generateSecret();
  const { rounds, requests, warmUpRequests } = effort;
  const pool = await signedRequests(secret, warmUpRequests + rounds * requests);
  const contenders: { readonly server: Server; readonly samples: Samples; sent: number }[] = [];
  try {
    for (const [name, ofName] of samples) {
      const server = await Server.start(name, secret, CONNECTIONS);
      contenders.push({ server, samples: ofName, sent: warmUpRequests });
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
