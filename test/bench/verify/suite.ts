import { type CallSamples, type Effort, measureCalls } from '../measure/calls.js';
import { median, quantile } from '../measure/quantile.js';
import type { Section, SuiteOptions, SuiteReport } from '../report/suite-report.js';
import { quantity, ratio } from '../report/table.js';
import { withVersion } from '../report/versions.js';
import {
  BARE,
  OURS,
  ourCall,
  ourReplayKeyCall,
  STANDARDWEBHOOKS,
  SVIX,
  standardWebhooksCalls,
  stripeCalls,
} from './contenders.js';
import { deliveryPool } from './deliveries.js';
import { makers } from './makers.js';

const KIB = 1024;
const SIZES = [256, KIB, 16 * KIB, 256 * KIB, 1024 * KIB];

const FULL: Effort = { rounds: 300, sliceMs: 4, warmUpMs: 300 };
const QUICK: Effort = { rounds: 5, sliceMs: 1, warmUpMs: 20 };

/** The time of `verify` against the bare MAC and against other libraries, by size of the body. */
export async function verifySuite({ isQuick }: SuiteOptions): Promise<SuiteReport> {
  const effort = isQuick ? QUICK : FULL;
  const standardWebhooks = await bySize(effort, async (size) => {
    const maker = makers.standardWebhooks(size);
    return standardWebhooksCalls(maker, await deliveryPool(maker, size));
  });
  const stripe = await bySize(effort, async (size) => {
    const maker = makers.stripe(size);
    return stripeCalls(maker, await deliveryPool(maker, size));
  });
  const ratioAt = (size: number, above: string, below: string): number =>
    ratioOf(standardWebhooks.get(size) ?? [], above, below);
  return {
    title: '`verify`',
    text: `\`createVerifier().verify\` with a record of 8 headers, against the least that a receiver can do (bare MAC: \`createHmac\` with a prepared \`KeyObject\`, digest, decoding of the header's signature, \`timingSafeEqual\`, nothing else checked), all in async functions, in µs per call. ${['standardwebhooks', 'svix', 'stripe'].map(withVersion).join(', ')}.`,
    sections: [
      sizesSection('Standard Webhooks', 'Nobody parses the body.', standardWebhooks),
      sizesSection(
        'Stripe',
        "`constructEvent` and `verify` with the `stripe` provider parse the body, which holds the event's id.",
        stripe,
      ),
      await providersSection(effort),
    ],
    figures: {
      bareMac1KiB: ratioAt(KIB, OURS, BARE),
      bareMac16KiB: ratioAt(16 * KIB, OURS, BARE),
      bareMac256KiB: ratioAt(256 * KIB, OURS, BARE),
      bareMac1MiB: ratioAt(1024 * KIB, OURS, BARE),
      standardwebhooks1KiB: ratioAt(KIB, STANDARDWEBHOOKS, OURS),
      standardwebhooks256KiB: ratioAt(256 * KIB, STANDARDWEBHOOKS, OURS),
      svix1KiB: ratioAt(KIB, SVIX, OURS),
      svix256KiB: ratioAt(256 * KIB, SVIX, OURS),
    },
  };
}

type Calls = Parameters<typeof measureCalls>[0];
type BySize = ReadonlyMap<number, readonly CallSamples[]>;

async function bySize(effort: Effort, callsOf: (size: number) => Promise<Calls>): Promise<BySize> {
  const measured = new Map<number, readonly CallSamples[]>();
  for (const size of SIZES) measured.set(size, await measureCalls(await callsOf(size), effort));
  return measured;
}

async function providersSection(effort: Effort): Promise<Section> {
  const calls = [];
  for (const [name, makerOf] of Object.entries(makers)) {
    const maker = makerOf(KIB);
    const pool = await deliveryPool(maker, KIB);
    if (name === 'standardWebhooks') {
      calls.push(...standardWebhooksCalls(maker, pool).filter((call) => call.name === BARE));
    }
    calls.push(ourCall(name, maker, pool));
    calls.push(ourReplayKeyCall(`${name}, \`replayKey\` read`, maker, pool));
  }
  const samples = await measureCalls(calls, effort);
  return {
    title: 'Other providers, 1 KiB',
    text: 'The replay key is a digest that is computed when it is first read: over the id, or over the whole body where the wire has no id (`github`, `ragEngine`).',
    table: {
      head: ['provider', 'p10', 'median', 'x bare (p10)', 'x bare'],
      rows: samples.map((row) => [row.name, ...numbers(row, samples)]),
    },
  };
}

function sizesSection(title: string, text: string, measured: BySize): Section {
  const rows = [...measured].flatMap(([size, samples]) =>
    samples.map((row) => [`${sizeText(size)}, ${row.name}`, ...numbers(row, samples)]),
  );
  return {
    title,
    text,
    table: { head: ['body, contender', 'p10', 'median', 'x bare (p10)', 'x bare'], rows },
  };
}

function numbers({ name, microseconds }: CallSamples, samples: readonly CallSamples[]): readonly string[] {
  return [
    quantity(quantile(microseconds, 0.1)),
    quantity(median(microseconds)),
    ratio(ratioOf(samples, name, BARE, 0.1)),
    ratio(ratioOf(samples, name, BARE)),
  ];
}

function ratioOf(samples: readonly CallSamples[], above: string, below: string, q = 0.5): number {
  const at = (name: string): number =>
    quantile(samples.find((contender) => contender.name === name)?.microseconds ?? [], q);
  return at(above) / at(below);
}

function sizeText(size: number): string {
  if (size < KIB) return `${size} B`;
  return size < KIB * KIB ? `${size / KIB} KiB` : `${size / KIB / KIB} MiB`;
}
