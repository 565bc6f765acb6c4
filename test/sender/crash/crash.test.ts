import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReceiver, memoryReplayStore } from '@countersign/core';
import { nodeListener } from '@countersign/core/node';
import { createSender, type Delivery, type EndpointWithSecret, type Sender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { senderOptions } from './sender-options.js';

/** `COUNTERSIGN_CRASH_ROUNDS=1000` for a night. */
const ROUNDS = Number(process.env['COUNTERSIGN_CRASH_ROUNDS'] ?? 50);
const LONGEST_LIFE_MS = 120;
const ENDPOINTS = 2;

/** An endpoint whose handler fails now and then, and that remembers what it accepted. */
interface Subscriber {
  readonly server: Server;
  readonly received: Map<string, number>;
  endpoint: EndpointWithSecret | undefined;
}

let directory: string;
let program: string;
let path: string;
let subscribers: readonly Subscriber[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'countersign-crash-'));
  path = join(directory, 'webhooks.db');
  program = join(directory, 'child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'crash-child.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@countersign/source', 'node'],
    // Packages that are CommonJS ask for what Node.js has.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  subscribers = await Promise.all(Array.from({ length: ENDPOINTS }, startSubscriber));
  const sender = newSender();
  for (const subscriber of subscribers) {
    subscriber.endpoint = await sender.endpoints.create({ url: urlOf(subscriber.server) });
  }
  await sender.stop();
});

afterAll(async () => {
  for (const { server } of subscribers) server.close().closeAllConnections();
  await rm(directory, { recursive: true });
});

test(`invariant 7: a sender killed ${ROUNDS} times loses nothing that it acknowledged`, {
  timeout: 60_000 + ROUNDS * 5000,
}, async ({ annotate }) => {
  const acknowledged = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) await liveAndDie(round, acknowledged);

  const sender = newSender();
  await sender.start();
  await expect.poll(async () => (await sender.totals()).pending, { timeout: 60_000 }).toBe(0);
  const lost: string[] = [];
  for (const { endpoint, received } of subscribers) {
    const given = await givenUp(sender, endpoint?.id ?? '');
    lost.push(...[...acknowledged].filter((id) => !received.has(id) && !given.has(id)));
  }
  await sender.stop();

  const counts = subscribers.flatMap(({ received }) => [...received.values()]);
  const duplicates = counts.reduce((sum, times) => sum + times - 1, 0);
  await annotate(`${acknowledged.size} acknowledged, ${counts.length} delivered, ${duplicates} duplicates`);
  expect(lost).toStrictEqual([]);
  expect(acknowledged.size).toBeGreaterThan(ROUNDS);
});

async function liveAndDie(round: number, acknowledged: Set<string>): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [program, path, String(round)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  let timer: NodeJS.Timeout | undefined;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    // At a random moment of its work: while it sends, while it delivers, while it settles.
    timer ??= setTimeout(() => child.kill('SIGKILL'), Math.random() * LONGEST_LIFE_MS);
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  expect({ code, signal, complaints }).toStrictEqual({ code: null, signal: 'SIGKILL', complaints: '' });
  // The last line may be cut off; what is whole was acknowledged.
  for (const id of printed.split('\n').slice(0, -1)) acknowledged.add(id);
}

function newSender(): Sender {
  return createSender({ store: sqliteStore({ path }), ...senderOptions });
}

/** The events that the record says were not delivered to an endpoint, and why it will not try again. */
async function givenUp(sender: Sender, endpointId: string): Promise<ReadonlySet<string>> {
  const found: Delivery[] = [];
  for (const status of ['failed', 'skipped'] as const) {
    let cursor: string | undefined;
    do {
      const page = await sender.deliveries.list({ endpointId, status, limit: 500, cursor });
      found.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  return new Set(found.map(({ eventId }) => eventId));
}

async function startSubscriber(): Promise<Subscriber> {
  const received = new Map<string, number>();
  const subscriber: Subscriber = { server: createServer(), received, endpoint: undefined };
  const receiver = createReceiver({
    secrets: () => subscriber.endpoint?.secret,
    replay: memoryReplayStore(),
    onOutcome(outcome) {
      if (outcome.kind !== 'accepted' || outcome.eventId === undefined) return;
      received.set(outcome.eventId, (received.get(outcome.eventId) ?? 0) + 1);
    },
  }).on('crash.test', () => {
    if (Math.random() < 0.1) throw new Error('the handler fails now and then');
  });
  subscriber.server.on('request', nodeListener(receiver)).listen(0, '127.0.0.1');
  await once(subscriber.server, 'listening');
  return subscriber;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}/`;
}
