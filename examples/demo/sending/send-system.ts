import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryReplayStore } from '@countersign/core';
import { createSender, type Endpoint, httpTransport, isSenderError, type Sender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { sqliteStore } from '@countersign/sender/sqlite';
import type { Host } from '../hosts/host.js';
import { Ledger } from '../ledger.js';
import type { System } from '../systems.js';
import { FORBIDDEN_ADDRESS, serveTroubles, type Trouble, type TroubledServer, troubles } from './troubles.js';

const DEADLINE_MS = 50_000;
const DELAYS_MS = [0, 100, 200];

interface Closable {
  close(): Promise<void>;
}

/** A framework that receives everything, and fails once on the way. */
export interface Subscriber {
  readonly title: string;
  readonly endpoint: Endpoint;
  readonly ledger: Ledger;
}

/** What was sent, and to whom. */
export interface Sent {
  readonly system: System;
  /** By type. */
  readonly events: Readonly<Record<string, unknown>>;
  readonly subscribers: readonly Subscriber[];
  readonly troubled: ReadonlyMap<Trouble, Endpoint>;
  /** Requests that followed a redirect. */
  readonly followed: number;
  /** How the address of a metadata service was refused as an endpoint's URL. */
  readonly refusal: string;
  /** The file in which the record is. */
  readonly path: string;
}

/**
 * Sends every event of a system, from one sender on one SQLite file, to all frameworks and to all troubled endpoints,
 * and hands over the closed file.
 */
export async function sendSystem<Result>(
  system: System,
  hosts: readonly Host[],
  onProgress: (line: string) => void,
  inspect: (sent: Sent) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-demo-'));
  const path = join(directory, 'webhooks.db');
  const served: Closable[] = [];
  const sender = createSender({
    store: sqliteStore({ path }),
    provider: system.provider,
    retry: { delaysMs: DELAYS_MS },
    requestTimeoutMs: 3000,
    allowHttp: true,
    allowPrivateNetworks: ['127.0.0.0/8'],
    transport: httpTransport({ resolve: async () => [FORBIDDEN_ADDRESS] }),
    onEvent: () => {},
  });
  try {
    const subscribers: Subscriber[] = [];
    for (const host of hosts) subscribers.push(await subscribed(system, host, sender, served));
    const { troubled, server } = await subscribedTroubles(system, sender, served);
    const events = system.samples(7_000_000_000);
    const deliveries = Object.keys(events).length * hosts.length + troubled.size;
    const done = finished(sender, deliveries, onProgress);
    await sender.start();
    for (const [type, data] of Object.entries(events)) await sender.send({ type, data });
    await done;
    await sender.stop();
    const refusal = await refusedLiteral(system);
    return await inspect({ system, events, subscribers, troubled, followed: server.followed, refusal, path });
  } finally {
    await sender.stop({ timeoutMs: 0 });
    await Promise.all(served.map((one) => one.close()));
    await rm(directory, { recursive: true });
  }
}

async function subscribed(
  system: System,
  host: Host,
  sender: Sender,
  served: Closable[],
): Promise<Subscriber> {
  const ledger = new Ledger();
  let secret: string | undefined;
  const receiver = system.receiver({
    secrets: () => secret,
    replay: memoryReplayStore(),
    onOutcome: ledger.onOutcome,
    work: ledger.work,
  });
  const place = await host.serve(receiver);
  served.push(place);
  const endpoint = await sender.endpoints.create({ url: place.url, name: host.title });
  ({ secret } = endpoint);
  ledger.failOnce();
  return { title: host.title, endpoint, ledger };
}

async function subscribedTroubles(
  system: System,
  sender: Sender,
  served: Closable[],
): Promise<{ readonly troubled: ReadonlyMap<Trouble, Endpoint>; readonly server: TroubledServer }> {
  const secrets = new Map<Trouble, string>();
  const receivers = troubles.map((trouble) => {
    const work = async (): Promise<void> => {};
    const options = { secrets: () => secrets.get(trouble), replay: memoryReplayStore(), work };
    return [trouble, system.receiver({ ...options, onOutcome: () => {} })] as const;
  });
  const server = await serveTroubles(new Map(receivers));
  served.push(server);
  const troubled = new Map<Trouble, Endpoint>();
  for (const trouble of troubles) {
    const { name, retry } = trouble;
    const url = server.urlOf(trouble);
    const endpoint = await sender.endpoints.create({ url, name, retry, events: [system.typical] });
    secrets.set(trouble, endpoint.secret);
    troubled.set(trouble, endpoint);
  }
  return { troubled, server };
}

/** Resolves when so many deliveries have come to an end. */
function finished(sender: Sender, deliveries: number, onProgress: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const count = { delivered: 0, failed: 0, retry: 0 };
    const timer = setTimeout(
      () => reject(new Error(`not done in time: ${JSON.stringify(count)}`)),
      DEADLINE_MS,
    );
    sender.observe((outcome) => {
      if (outcome.kind !== 'attempt') return;
      count[outcome.outcome] += 1;
      const ended = count.delivered + count.failed;
      onProgress(
        `${count.delivered} delivered, ${count.failed} failed, ${count.retry} retries, of ${deliveries}`,
      );
      if (ended < deliveries) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A sender that has no exceptions tells what is wrong with the address of a metadata service. */
async function refusedLiteral({ provider }: System): Promise<string> {
  const strict = createSender({ store: memoryStore(), provider });
  try {
    await strict.endpoints.create({ url: `https://${FORBIDDEN_ADDRESS}/latest/meta-data` });
    return 'accepted';
  } catch (error) {
    if (isSenderError(error)) return `refused: ${error.field}`;
    throw error;
  } finally {
    await strict.stop();
  }
}
