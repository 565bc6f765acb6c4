import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { findProgram, freePort, OwnServer, serverFolder } from './own-server.js';

/** A Redis server of one test, which writes nothing to the disk: nobody else is on it. */
export interface OwnRedis {
  readonly url: string;
  /** Forgets everything. */
  flush(): Promise<void>;
  /** Ends every connection. */
  cut(): Promise<void>;
  /** Kills it, with all that it had, and starts it at the same address. */
  restart(): Promise<void>;
}

/** What a test needs that owns a server; `undefined` where it is not installed. */
export const redisPrograms = { 'redis-server': findProgram('redis-server') };

/** Starts one on a free port; it ends with the test, whatever becomes of it. */
export async function ownRedis(): Promise<OwnRedis> {
  const program = redisPrograms['redis-server'];
  if (program === undefined) throw new Error('redis-server is not installed');
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', serverFolder('redis')];
  const nothingKept = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const server = new OwnServer({ program, args: [...args, ...nothingKept] }, () => answers(url));
  onTestFinished(() => server.end('SIGKILL'));
  await server.start();
  return {
    url,
    flush: () => ask(url, async (client) => void (await client.flushall())),
    cut: () => ask(url, async (client) => void (await client.call('CLIENT', 'KILL', 'TYPE', 'normal'))),
    async restart() {
      await server.end('SIGKILL');
      await server.start();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await ask(url, async (client) => void (await client.ping()));
    return true;
  } catch {
    return false;
  }
}

async function ask(url: string, question: (client: Redis) => Promise<void>): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await question(client);
  } finally {
    client.disconnect();
  }
}
