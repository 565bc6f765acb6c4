import { Listr, type ListrTask } from 'listr2';
import type { Host } from './hosts/host.js';
import { type Result, runSystem } from './run.js';
import type { System } from './systems.js';

class CasesDiffer extends Error {}

/** Runs every system on every framework, showing how far it is: live on a terminal, as plain lines elsewhere. */
export async function runWithProgress(
  systems: readonly System[],
  hosts: readonly Host[],
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const prepared = new Map(hosts.map((host) => [host, host.prepare?.()]));
  for (const preparing of prepared.values()) preparing?.catch(() => {});
  const tasks = new Listr(
    hosts.map((host) => ({
      title: host.title,
      async task(_context, task) {
        if (host.prepare !== undefined) task.output = 'is being built';
        await prepared.get(host);
        return task.newListr(systems.map((system) => systemTask(system, host, results)));
      },
    })),
    { exitOnError: false, collectErrors: true, fallbackRenderer: 'simple' },
  );
  await tasks.run();
  for (const { error } of tasks.errors ?? []) if (!(error instanceof CasesDiffer)) throw error;
  return results;
}

function systemTask(system: System, host: Host, results: Result[]): ListrTask {
  return {
    title: `${host.title}: ${system.title}`,
    async task(_context, task) {
      const own = await runSystem(system, host, (line) => {
        task.output = line;
      });
      results.push(...own);
      const differing = own.filter(({ differences }) => differences.length > 0).length;
      // Thrown for the mark beside the title; the report says what differs.
      if (differing > 0) throw new CasesDiffer(`${differing} of ${own.length} cases differ`);
    },
  };
}
