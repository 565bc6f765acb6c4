import { Listr } from 'listr2';
import { type Result, runSystem } from './run.js';
import type { System } from './systems.js';

class CasesDiffer extends Error {}

/** Runs every system, showing how far it is: live on a terminal, as plain lines elsewhere. */
export async function runWithProgress(systems: readonly System[]): Promise<readonly Result[]> {
  const results: Result[] = [];
  const tasks = new Listr(
    systems.map((system) => ({
      title: system.title,
      async task(_context, task) {
        const own = await runSystem(system, (line) => {
          task.output = line;
        });
        results.push(...own);
        const differing = own.filter(({ differences }) => differences.length > 0).length;
        // Thrown for the mark beside the title; the report says what differs.
        if (differing > 0) throw new CasesDiffer(`${differing} of ${own.length} cases differ`);
      },
    })),
    { exitOnError: false, collectErrors: true, fallbackRenderer: 'simple' },
  );
  await tasks.run();
  for (const { error } of tasks.errors ?? []) if (!(error instanceof CasesDiffer)) throw error;
  return results;
}
