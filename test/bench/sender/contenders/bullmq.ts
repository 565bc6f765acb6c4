import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { DATA } from '../payload.js';
import { type Contender, inParallel, type Setting } from './contender.js';

const BATCH = 1000;

/** What a team writes on BullMQ: a job for each delivery, signed and posted over undici's pools. It logs no attempts. */
export function bullmq({ urls, connections }: Setting): Contender {
  const connect = (): Redis => new Redis({ host: '127.0.0.1', port: 6379, maxRetriesPerRequest: null });
  const clients = [connect(), connect()] as const;
  const name = `countersign-bench-${process.pid}`;
  const options = { attempts: 10, backoff: { type: 'exponential', delay: 5000 }, removeOnComplete: true };
  const queue = new Queue(name, { connection: clients[0], defaultJobOptions: options });
  const key = createSecretKey(randomBytes(32));
  const targets = urls.map((url) => new URL(url));
  const pools = targets.map(
    ({ origin }) => new Pool(origin, { connections: Math.ceil(connections / urls.length) }),
  );
  let left = 0;
  let onDone = (): void => {};
  const post = async (id: string, endpoint: number): Promise<void> => {
    const [pool, target] = [pools[endpoint], targets[endpoint]];
    if (pool === undefined || target === undefined) return;
    const now = new Date();
    const seconds = String(Math.floor(now.getTime() / 1000));
    const body = Buffer.from(
      JSON.stringify({ type: 'bench.sent', timestamp: now.toISOString(), data: DATA }),
    );
    const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64');
    const answer = await pool.request({
      path: target.pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': `v1,${mac}`,
      },
      body,
      headersTimeout: 30_000,
    });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
  };
  const worker = new Worker(name, (job) => post(String(job.id), job.data.endpoint), {
    connection: clients[1],
    concurrency: connections,
    autorun: false,
  });
  worker.on('completed', () => {
    left -= 1;
    if (left === 0) onDone();
  });
  const jobOf = (index: number) => ({ name: 'deliver', data: { endpoint: index % urls.length, data: DATA } });
  const finished = (count: number): Promise<void> => {
    left = count;
    return new Promise((resolve) => {
      onDone = resolve;
    });
  };
  let filled = 0;
  const run = async (done: Promise<void>): Promise<void> => {
    await done;
    await worker.pause();
  };
  let isRunning = false;
  const start = (): void => {
    if (isRunning) void worker.resume();
    else void worker.run();
    isRunning = true;
  };
  return {
    async fill(count) {
      filled = count;
      for (let from = 0; from < count; from += BATCH) {
        const length = Math.min(BATCH, count - from);
        await queue.addBulk(Array.from({ length }, (_, index) => jobOf(from + index)));
      }
    },
    async drain() {
      const done = finished(filled);
      start();
      await run(done);
    },
    async endToEnd(count) {
      const done = finished(count);
      start();
      await inParallel(count, connections, (index) => {
        const { name, data } = jobOf(index);
        return queue.add(name, data);
      });
      await run(done);
    },
    async close() {
      await worker.close();
      await queue.obliterate({ force: true });
      await queue.close();
      await Promise.all(pools.map((pool) => pool.close()));
      for (const client of clients) client.disconnect();
    },
  };
}
