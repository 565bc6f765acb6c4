/**
 * Measures what the packages weigh, as bundles, on a disk and at start-up, against tools/sizes/budgets.json. Run
 * after `build`. With `--write` the budgets become what is measured; `--analyze <part of a bundle's name>` prints
 * what bundles are made of.
 */
import { writeSizesDocs } from './generate-sizes-docs.js';
import {
  type Budget,
  type Budgets,
  budgetFile,
  isLoose,
  problemsOf,
  readBudgets,
  writeBudgets,
} from './sizes/budget.js';
import { bundlesNamed, measureBundles } from './sizes/bundles.js';
import { type Figure, type FigureGroup, formatted } from './sizes/figure.js';
import { measureInstalls } from './sizes/installs.js';
import { measureStartUps } from './sizes/start-ups.js';

const MODULES_SHOWN = 30;

function printTable(budgets: Budgets, { title, slackBytes, figures }: FigureGroup): void {
  const rows = figures.map((figure) => columnsOf(figure, slackBytes, budgets[title]?.figures[figure.name]));
  console.log(`\n${line([title, 'measured', 'budget', 'goal', ''])}`);
  for (const row of rows) console.log(line(row));
}

function columnsOf(figure: Figure, slackBytes: number, known: Budget | undefined): readonly string[] {
  const { name, value, goal, note = '' } = figure;
  const isMissed = goal !== undefined && value > goal;
  const remarks = [
    isMissed ? `goal missed: ${(value / goal).toFixed(1)} times` : '',
    known !== undefined && isLoose(figure, slackBytes, known) ? 'its budget can be smaller: --write' : '',
    note,
  ];
  const numbers = [value, known?.budget, goal].map((number) =>
    number === undefined ? '' : formatted(number),
  );
  return [name, ...numbers, remarks.filter((text) => text !== '').join('; ')];
}

function line([name = '', ...columns]: readonly string[]): string {
  const note = columns.pop() ?? '';
  return `${name.padEnd(42)}${columns.map((column) => column.padStart(10)).join('')}  ${note}`.trimEnd();
}

async function analyze(part: string): Promise<void> {
  const bundles = await bundlesNamed(part);
  if (bundles.size === 0)
    console.error(`no bundle has “${part}” in its name: the table of \`check:sizes\` has the names`);
  for (const [name, { gzippedBytes, minifiedBytes, inputs }] of bundles) {
    console.log(`\n${name}: ${formatted(minifiedBytes)} bytes minified, ${formatted(gzippedBytes)} gzipped`);
    const modules = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    for (const [path, { bytesInOutput }] of modules.slice(0, MODULES_SHOWN)) {
      console.log(`${formatted(bytesInOutput).padStart(8)}  ${path}`);
    }
  }
}

async function measure(): Promise<void> {
  const groups = [await measureBundles(), await measureInstalls(), await measureStartUps()];
  if (process.argv.includes('--write')) {
    writeBudgets(groups);
    writeSizesDocs();
  }
  const budgets = readBudgets();
  for (const group of groups) printTable(budgets, group);
  const problems = problemsOf(budgets, groups);
  for (const problem of problems) console.error(`\nfailed  ${problem}`);
  if (problems.length === 0) return;
  console.error(
    `\n\`pnpm check:sizes --analyze <name>\` prints what a bundle is made of. Where it is worth it, \`pnpm check:sizes --write\` changes ${budgetFile}.`,
  );
  process.exitCode = 1;
}

const analyzed = process.argv.indexOf('--analyze');
await (analyzed === -1 ? measure() : analyze(process.argv[analyzed + 1] ?? ''));
