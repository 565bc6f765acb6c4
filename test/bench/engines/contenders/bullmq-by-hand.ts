import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { DATA } from '../../sender/payload.js';
import { type Engine, type EngineSetting, REDIS_URL, timesOf } from '../engine.js';
import { posterTo } from '../post.js';

const BATCH = 1000;

/** What a team writes on BullMQ: a job for each delivery. It joins no transaction, logs no attempts, keeps nothing on disk. */
export async function bullmqByHand({ urls, connections, run }: EngineSetting): Promise<Engine> {
  const connect = (): Redis => new Redis(REDIS_URL, { maxRetriesPerRequest: null });
  const clients = [connect(), connect()] as const;
  const name = `bench-${run}`;
  const options = { attempts: 10, backoff: { type: 'exponential', delay: 5000 }, removeOnComplete: true };
  const queue = new Queue(name, { connection: clients[0], defaultJobOptions: options });
  const poster = posterTo(urls, connections);
  const jobOf = (index: number) => ({ name: 'deliver', data: { endpoint: index % urls.length, data: DATA } });
  let worker: Worker | undefined;
  return {
    async prepare() {},
    async fill(count) {
      for (let from = 0; from < count; from += BATCH) {
        const length = Math.min(BATCH, count - from);
        await queue.addBulk(Array.from({ length }, (_, index) => jobOf(from + index)));
      }
    },
    async start() {
      const handler = (job: { readonly id?: string | undefined; readonly data: { endpoint: number } }) =>
        poster.post(`job_${job.id}`, job.data.endpoint);
      worker = new Worker(name, handler, { connection: clients[1], concurrency: connections });
    },
    async stop() {
      await worker?.close();
    },
    sendInTransaction: (count) => timesOf(count, () => queue.add('deliver', jobOf(0).data)),
    async remove() {
      await queue.obliterate({ force: true });
    },
    async close() {
      await queue.close();
      await poster.close();
      for (const client of clients) client.disconnect();
    },
  };
}
