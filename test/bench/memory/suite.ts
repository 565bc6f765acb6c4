import { generateSecret } from '@countersign/core';
import { z } from 'zod';
import type { Variant } from '../adapters/apps/app.js';
import { signedRequests } from '../adapters/requests.js';
import { Server } from '../adapters/server.js';
import { Child } from '../child.js';
import type { Section, SuiteOptions, SuiteReport } from '../report/suite-report.js';
import { quantity } from '../report/table.js';

const MIB = 2 ** 20;
const CONNECTIONS = 32;
const WARM_UP_REQUESTS = 1000;
const APPS: readonly Variant[] = ['by hand', 'countersign, handler', 'countersign, handler, `replay: false`'];

const storeSize = z.object({ heapBytesPerKey: z.number(), rssBytesPerKey: z.number() });

/** What the default replay store holds, and what a process holds after many requests. */
export async function memorySuite({ isQuick }: SuiteOptions): Promise<SuiteReport> {
  return {
    title: 'Memory',
    text: 'After garbage collection, in processes of their own.',
    sections: [await storeSection(isQuick ? 2000 : 100_000), await requestsSection(isQuick ? 1000 : 50_000)],
    figures: {},
  };
}

async function storeSection(keys: number): Promise<Section> {
  const child = new Child(new URL('./store-process.ts', import.meta.url), [String(keys)], ['--expose-gc']);
  try {
    const { heapBytesPerKey, rssBytesPerKey } = await child.answer(storeSize);
    return {
      title: `\`memoryReplayStore\` with ${keys.toLocaleString('en')} committed keys`,
      text: '',
      table: {
        head: ['measure', 'bytes per key', 'MiB in all'],
        rows: [
          ['heap used', quantity(heapBytesPerKey), quantity((heapBytesPerKey * keys) / MIB)],
          ['RSS', quantity(rssBytesPerKey), quantity((rssBytesPerKey * keys) / MIB)],
        ],
      },
    };
  } finally {
    await child.stop();
  }
}

async function requestsSection(count: number): Promise<Section> {
  const secret = generateSecret();
  const requests = await signedRequests(secret, WARM_UP_REQUESTS + count);
  const rows: (readonly string[])[] = [];
  for (const name of APPS) rows.push([name, ...(await memoryOf(name, secret, requests))]);
  return {
    title: `Express after ${count.toLocaleString('en')} requests of 1 KiB`,
    text: `MiB; "before" is after ${WARM_UP_REQUESTS.toLocaleString('en')} requests.`,
    table: { head: ['application', 'RSS before', 'RSS after', 'heap before', 'heap after'], rows },
  };
}

async function memoryOf(
  name: Variant,
  secret: string,
  requests: readonly Buffer[],
): Promise<readonly string[]> {
  const server = await Server.start('Express', name, secret, CONNECTIONS);
  try {
    await server.load.send(requests.slice(0, WARM_UP_REQUESTS));
    const before = await server.settledMemory();
    await server.load.send(requests.slice(WARM_UP_REQUESTS));
    const after = await server.settledMemory();
    return [before.rss, after.rss, before.heapUsed, after.heapUsed].map((bytes) => quantity(bytes / MIB));
  } finally {
    await server.stop();
  }
}
