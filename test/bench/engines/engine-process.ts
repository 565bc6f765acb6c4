/** One worker process of one contender: does what it is asked, and says when it has. */
import { bullmqByHand } from './contenders/bullmq-by-hand.js';
import { countersign } from './contenders/countersign.js';
import { countersignOnBullmq } from './contenders/countersign-bullmq.js';
import { countersignOnPgBoss } from './contenders/countersign-pg-boss.js';
import { pgBossByHand } from './contenders/pg-boss-by-hand.js';
import type { Engine, EngineSetting } from './engine.js';

const engines: Readonly<Record<string, (setting: EngineSetting) => Promise<Engine>>> = {
  'pg-boss + undici': pgBossByHand,
  'BullMQ + undici': bullmqByHand,
  'countersign, Postgres': countersign,
  'countersign, pg-boss': countersignOnPgBoss,
  'countersign, BullMQ': countersignOnBullmq,
};

const [name = '', run = '', connections, ...urls] = process.argv.slice(2);
const create = engines[name];
if (create === undefined) throw new Error(`no engine ${name}`);
const engine = await create({ urls, connections: Number(connections), run });

async function carryOut(command: string, count: number): Promise<readonly number[]> {
  if (command === 'prepare') await engine.prepare();
  else if (command === 'fill') await engine.fill(count);
  else if (command === 'start') await engine.start();
  else if (command === 'stop') await engine.stop();
  else if (command === 'send') return engine.sendInTransaction(count);
  else if (command === 'remove') await engine.remove();
  else await engine.close();
  return [];
}

process.on('message', async (question: string) => {
  const [command = '', count] = question.split(' ');
  process.send?.({ times: await carryOut(command, Number(count)) });
});
process.on('disconnect', () => process.exit());
process.send?.({ times: [] });
