import { goalsText } from './goals-text.js';
import { machineText } from './machine.js';
import type { SuiteReport } from './suite-report.js';
import { tableText } from './table.js';

/** docs/benchmarks.md, and the parts of it that the terminal shows last. */
export interface BenchmarksPage {
  readonly machine: string;
  readonly goals: string;
  readonly whole: string;
}

const INTRODUCTION = `# Benchmarks

Ratios of one run on one machine, not promises for yours; run it where it matters:

\`\`\`sh
npx --yes pnpm@12.20.0 bench            # all; or: bench verify, bench adapters, bench memory, bench sender, bench engines
npx --yes pnpm@12.20.0 bench --write    # all, and writes this page
\`\`\`

It builds the packages and measures \`dist\`. Contenders take turns in short slices, many times over, in an
order that rotates, so that whatever else the machine does hits all of them alike. Ratios are ratios of
medians.`;

/** Puts the reports together. */
export function benchmarksPage(reports: readonly SuiteReport[]): BenchmarksPage {
  const machine = machineText();
  const goals = goalsText(reports);
  const whole = [
    `${INTRODUCTION}\n`,
    `## Machine\n\n${machine}\n`,
    `## Goals\n\n${goals}\n`,
    ...reports.map(suiteText),
  ].join('\n');
  return { machine, goals, whole };
}

/** One suite as Markdown. */
export function suiteText({ title, text, sections }: SuiteReport): string {
  const parts = sections.map(
    (section) =>
      `### ${section.title}\n\n${section.text === '' ? '' : `${section.text}\n\n`}${tableText(section.table)}\n`,
  );
  return [`## ${title}\n\n${text}\n`, ...parts].join('\n');
}
