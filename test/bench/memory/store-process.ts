/** The child process that fills a memory replay store: sends what each key costs. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { memoryReplayStore } from '@countersign/core';

const keys = Number(process.argv[2]);
const HORIZONS = { ttlMs: 7 * 24 * 3_600_000, guardMs: 600_000 };
const { signal } = new AbortController();

const memory = (): NodeJS.MemoryUsage => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
};

const store = memoryReplayStore({ maxKeys: keys });
const fill = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) {
    const key = createHash('sha256').update(randomUUID()).digest('hex');
    // Of the size that core's own tokens have.
    const claim = { key, token: randomBytes(16).toString('base64url') };
    await store.claim(claim, { leaseMs: 15_000, signal });
    await store.commit(claim, { ...HORIZONS, signal });
  }
};

const warmUp = Math.min(1000, keys / 10);
await fill(warmUp);
const before = memory();
await fill(keys - warmUp);
const after = memory();
process.send?.({
  heapBytesPerKey: (after.heapUsed - before.heapUsed) / (keys - warmUp),
  rssBytesPerKey: (after.rss - before.rss) / (keys - warmUp),
});
