import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { quantile } from '../../measure/quantile.js';
import { inParallel } from '../contenders/contender.js';
import { DATA } from '../payload.js';
import { type Figures, openSender, type Place } from './scenario.js';

const ROUNDS = 10;
const AT_ONCE = 16;

/** How long `send` takes, beside the bare insert of the same bytes, each in a transaction of its own. */
export async function sendLatency({ directory, size }: Place): Promise<Figures> {
  const sender = openSender(join(directory, 'webhooks.db'));
  await sender.send({ type: 'bench.sent', data: DATA });
  const insert = bareInsert(join(directory, 'bare.db'));
  const samples = { bare: [] as number[], send: [] as number[], sixteen: [] as number[] };
  const timed = async (into: number[], work: () => unknown): Promise<void> => {
    const startMs = performance.now();
    await work();
    into.push(performance.now() - startMs);
  };
  const send = (): Promise<unknown> => sender.send({ type: 'bench.sent', data: DATA });
  const perRound = Math.ceil(size / ROUNDS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let i = 0; i < perRound; i += 1) await timed(samples.bare, insert);
    for (let i = 0; i < perRound; i += 1) await timed(samples.send, send);
    await inParallel(perRound, AT_ONCE, () => timed(samples.sixteen, send));
  }
  await sender.stop();
  const figures: Record<string, number> = {};
  for (const [name, values] of Object.entries(samples)) {
    figures[`${name} p50`] = quantile(values, 0.5);
    figures[`${name} p99`] = quantile(values, 0.99);
  }
  return figures;
}

function bareInsert(path: string): () => void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE');
  database.exec('CREATE TABLE events (id TEXT PRIMARY KEY, type TEXT NOT NULL, data TEXT NOT NULL) STRICT');
  const statement = database.prepare('INSERT INTO events VALUES (?, ?, ?)');
  return () => void statement.run(randomUUID(), 'bench.sent', JSON.stringify(DATA));
}
