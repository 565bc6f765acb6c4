import type { Host } from './hosts/host.js';
import { runWithProgress } from './progress.js';
import { differencesOf, summary, table } from './report.js';
import type { System } from './systems.js';

const WIDTH_WITHOUT_TERMINAL = 120;

/** Runs every case on every system and framework, and reports; `true` where everything happened as it must. */
export async function demo(systems: readonly System[], hosts: readonly Host[]): Promise<boolean> {
  const startedMs = performance.now();
  const results = await runWithProgress(systems, hosts);
  const elapsedMs = performance.now() - startedMs;

  console.log(`\n${table(results, process.stdout.columns ?? WIDTH_WITHOUT_TERMINAL)}\n`);
  const differences = differencesOf(results);
  if (differences !== '') console.log(`What must happen did not:\n${differences}\n`);
  console.log(summary(results, elapsedMs));
  return differences === '';
}
