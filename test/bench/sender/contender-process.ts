/** The child process of one contender: does what it is asked, and says how long it took. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareLoop } from './contenders/bare-loop.js';
import { bullmq } from './contenders/bullmq.js';
import type { Contender, Setting } from './contenders/contender.js';
import { countersign } from './contenders/countersign.js';

const contenders: Readonly<Record<string, (setting: Setting) => Contender | Promise<Contender>>> = {
  'bare loop': bareLoop,
  countersign,
  'BullMQ + undici': bullmq,
};

const [name = '', connections, ...urls] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
const create = contenders[name];
if (create === undefined) throw new Error(`no contender ${name}`);
const contender = await create({ urls, connections: Number(connections), directory });

async function timed(work: () => Promise<void>): Promise<{ elapsedMs: number; cpuMicroseconds: number }> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  return { elapsedMs, cpuMicroseconds: user + system };
}

process.on('message', async (question: string) => {
  const [command, count] = question.split(' ');
  if (command === 'drain') {
    await contender.fill(Number(count));
    process.send?.(await timed(() => contender.drain()));
  } else if (command === 'end-to-end') {
    process.send?.(await timed(() => contender.endToEnd(Number(count))));
  } else {
    await contender.close();
    await rm(directory, { recursive: true });
    process.send?.({ elapsedMs: 0, cpuMicroseconds: 0 });
  }
});
process.on('disconnect', () => process.exit());
process.send?.({ elapsedMs: 0, cpuMicroseconds: 0 });
