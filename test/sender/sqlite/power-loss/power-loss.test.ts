import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { startProgram } from '../child-program.js';
import { newPath, openStore } from '../open-stores.js';
import { temporaryFolder } from '../temporary-folder.js';
import { buildDisk } from './build-disk.js';

/** So many events, that the log has been written back to the database by then. */
const MANY = 2000;
const ROUNDS = [MANY, ...Array.from({ length: 4 }, () => 1 + Math.floor(Math.random() * MANY))];

/** What a killed program has acknowledged, and the database as a loss of power would leave it. */
interface Remains {
  readonly acknowledged: readonly string[];
  readonly path: string;
}

/** Runs a program until it has acknowledged so much, and pulls the plug. */
async function runUntil(acknowledged: number, entry: string, ...args: readonly string[]): Promise<Remains> {
  const path = newPath();
  const shadow = temporaryFolder();
  const disk = buildDisk(temporaryFolder());
  const program = await startProgram(`power-loss/${entry}`, [path, ...args], {
    ...disk,
    DISK_FOLDER: dirname(path),
    DISK_SHADOW: shadow,
  });
  await program.printed(acknowledged);
  await program.kill();
  return { acknowledged: program.lines(), path: join(shadow, 'webhooks.db') };
}

/** Of what was acknowledged, what is not there. */
const lost = ({ acknowledged }: Remains, kept: readonly string[]): readonly string[] => {
  const there = new Set(kept);
  return acknowledged.filter((id) => !there.has(id));
};

test.each(ROUNDS.map((count, round) => [round, count] as const))(
  'a loss of power loses no acknowledged event (%i)',
  { timeout: 60_000 },
  async (_round, count) => {
    const remains = await runUntil(count, 'append-until-killed.ts');
    const store = await openStore(remains.path);
    const events = await store.events.takeUnrouted({ limit: 100_000, leaseMs: 1000 });
    expect(
      lost(
        remains,
        events.map(({ id }) => id),
      ),
    ).toEqual([]);
    expect(remains.acknowledged.length).toBeGreaterThanOrEqual(count);
  },
);

const rowsIn = (path: string): readonly string[] => {
  const database = new DatabaseSync(path);
  const hasTable = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 't'`).get() !== undefined;
  const rows = hasTable ? database.prepare('SELECT id FROM t').all() : [];
  database.close();
  return rows.map(({ id }) => String(id));
};

test('a loss of power loses acknowledged rows where `synchronous` is NORMAL, and none where it is FULL', async () => {
  const normal = await runUntil(300, 'insert-until-killed.ts', 'NORMAL');
  expect(lost(normal, rowsIn(normal.path)).length).toBeGreaterThan(0);
  const full = await runUntil(300, 'insert-until-killed.ts', 'FULL');
  expect(lost(full, rowsIn(full.path))).toEqual([]);
});
