import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { startProgram } from './child-program.js';
import { newPath, openStore } from './open-stores.js';
import { buildDisk } from './power-loss/build-disk.js';
import { temporaryFolder } from './temporary-folder.js';

/** What the program has seen, in its own words. */
async function seenUnder(fault: 'DISK_FULL' | 'DISK_BROKEN') {
  const path = newPath();
  const control = join(temporaryFolder(), 'fault');
  const program = await startProgram('use-through-fault.ts', [path, control], {
    ...buildDisk(temporaryFolder()),
    DISK_FOLDER: dirname(path),
    [fault]: control,
  });
  const [last = ''] = (await program.ended()).slice(-1);
  return { path, seen: JSON.parse(last) };
}

test.each([
  ['full', 'DISK_FULL', 'store_full'],
  ['broken', 'DISK_BROKEN', 'store_unavailable'],
] as const)(
  'while the disk is %s, writes are refused and reads answered; then all goes on',
  async (_, fault, code) => {
    const { path, seen } = await seenUnder(fault);
    expect(seen.refused.map((refusal: { code: string }) => refusal.code)).toEqual([code, code, code, code]);
    for (const { message } of seen.refused) expect(message).toContain(path);
    expect(seen.read).toEqual({ pending: 1, retrying: 0, endpoints: 1 });
    expect(seen.settled).toBe(true);
    const store = await openStore(path);
    const events = await store.events.takeUnrouted({ limit: 10_000, leaseMs: 1000 });
    const kept = new Set(events.map(({ id }) => id));
    expect(seen.acknowledged.filter((id: string) => !kept.has(id))).toEqual([]);
    expect(await store.records.delivery('*', seen.delivery)).toMatchObject({ status: 'delivered' });
  },
);
