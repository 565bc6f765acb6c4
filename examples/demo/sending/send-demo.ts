import { styleText } from 'node:util';
import { Listr } from 'listr2';
import type { Host } from '../hosts/host.js';
import { columnsTable } from '../report.js';
import type { System } from '../systems.js';
import { columnsOf, type RecordRow, readRecord } from './record.js';
import { sendSystem } from './send-system.js';

const WIDTH_WITHOUT_TERMINAL = 120;

class RecordDiffers extends Error {}

/**
 * Sends every event of each system from one sender to all frameworks and to endpoints that fail in every way, and shows
 * the record; `true` where everything happened as it must.
 */
export async function sendDemo(systems: readonly System[], hosts: readonly Host[]): Promise<boolean> {
  const startedMs = performance.now();
  const rows: RecordRow[] = [];
  const tasks = new Listr(
    systems.map((system) => ({
      title: `send: ${system.title}`,
      async task(_context, task): Promise<void> {
        const row = await sendSystem(system, hosts, (line) => (task.output = line), readRecord);
        rows.push(row);
        if (row.differences.length > 0) throw new RecordDiffers(`${row.differences.length} differences`);
      },
    })),
    { concurrent: true, exitOnError: false, collectErrors: true, fallbackRenderer: 'simple' },
  );
  await tasks.run();
  for (const { error } of tasks.errors ?? []) if (!(error instanceof RecordDiffers)) throw error;
  rows.sort((a, b) => orderOf(systems, a) - orderOf(systems, b));
  console.log(`\n${recordTable(rows)}\n`);
  return report(rows, hosts, performance.now() - startedMs);
}

function orderOf(systems: readonly System[], { system }: RecordRow): number {
  return systems.findIndex(({ title }) => title === system);
}

function recordTable(rows: readonly RecordRow[]): string {
  const columns = columnsOf(rows).map((name) => [name, ...rows.map(({ cells }) => cells[name] ?? '-')]);
  const first = ['sent by', ...rows.map(({ system }) => system)];
  return columnsTable(first, columns, process.stdout.columns ?? WIDTH_WITHOUT_TERMINAL);
}

function report(rows: readonly RecordRow[], hosts: readonly Host[], elapsedMs: number): boolean {
  const differing = rows.filter(({ differences }) => differences.length > 0);
  for (const { system, differences } of differing) {
    console.log(
      `What must happen did not, sent by ${system}:\n${differences.map((line) => `  ${line}`).join('\n')}\n`,
    );
  }
  const sum = (field: 'deliveries' | 'attempts'): number =>
    rows.reduce((total, row) => total + row[field], 0);
  const frameworks = hosts.map(({ title }) => title).join(', ');
  const scope = `${rows.length} senders to ${frameworks} and 7 troubled endpoints each`;
  const counts = `${sum('deliveries')} deliveries in ${sum('attempts')} attempts, ${differing.length} records differed`;
  const line = `${scope}: ${counts}; in ${(elapsedMs / 1000).toFixed(1)} s`;
  console.log(styleText(differing.length > 0 ? 'red' : 'green', line));
  return differing.length === 0;
}
