/**
 * A process that claims keys, prints which are its own, and then, each time it is continued after a stop, tries to
 * commit and to give back the last one, and prints what became of that.
 */
import { writeSync } from 'node:fs';
import type { ReplayStore } from '@countersign/core';
import { sqliteReplayStore } from '@countersign/core/sqlite';
import { postgresReplayStore } from '@countersign/postgres/receiving';
import { redisReplayStore } from '@countersign/redis';
import { Redis } from 'ioredis';
import { Pool } from 'pg';

const { url, place, keys, leaseMs, startAtMs = 0 } = JSON.parse(process.argv[2] ?? '');
const print = (line: string): void => void writeSync(1, `${line}\n`);
const { signal } = new AbortController();
const claim = { key: '', token: crypto.randomUUID() };
const store = storeAt(url);

process.on('SIGCONT', async () => {
  print(`committed ${await store.commit(claim, { ttlMs: 60_000, guardMs: 60_000, signal })}`);
  await store.release(claim, { signal });
  print('released');
});
// Two that start together get in each other's way.
await new Promise((resolve) => setTimeout(resolve, startAtMs - Date.now()));
for (const key of keys) {
  claim.key = key;
  print(`${await claimed()} ${key}`);
}
print('ready');
setInterval(() => {}, 60_000);

/** A file that another process keeps busy for too long is a 503, after which the sender tries again. */
async function claimed(): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store.claim(claim, { leaseMs, signal });
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function storeAt(address: string): ReplayStore {
  if (address.startsWith('postgres')) {
    const client = new Pool({ connectionString: address });
    return postgresReplayStore({ client, schema: place });
  }
  if (address.startsWith('redis')) return redisReplayStore({ client: new Redis(address), prefix: place });
  return sqliteReplayStore({ path: place });
}
