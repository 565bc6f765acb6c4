/**
 * Writes docs/sizes.md from the budgets. With `--check` it writes nothing, and fails where the page differs.
 * The page has budgets, not measurements: it changes when somebody decides to change one, not with every commit.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Budget, type BudgetGroup, budgetFile, readBudgets } from './sizes/budget.js';
import { formatted } from './sizes/figure.js';
import { root } from './workspace.js';

const page = join(root, 'docs/sizes.md');

/** The whole page. */
export function sizesDocs(): string {
  return [
    `<!-- Written by tools/generate-sizes-docs.ts from ${budgetFile}. -->`,
    '# Sizes',
    'The most that each figure may be: `pnpm check:sizes` measures it on every change, and fails where it is more. A budget is what was measured and a little more, so that nothing grows unseen. Where a goal stands beside it, the goal is what the design asks for; *missed* says that it is not reached.',
    'The receive path misses its goal because everybody has the whole of it: claims with leases, key rings, strict readers, deadlines, guards, schemas, diagnosis, and messages that name the field and the fix (an eighth of it all). With messages, diagnosis, guards, schemas, the memory store and public keys left out it would still be nearly twice the goal. `ragEngine` signs a canonical form of JSON, which takes a parser of its own.',
    ...Object.entries(readBudgets()).flatMap(([title, group]) => section(title, group)),
  ]
    .join('\n\n')
    .concat('\n');
}

function section(title: string, { about, figures }: BudgetGroup): readonly string[] {
  const rows = Object.entries(figures).map(([name, budget]) => row(name, budget));
  return [`## ${title}`, about, ['| figure | at most | goal |', '| --- | --- | --- |', ...rows].join('\n')];
}

function row(name: string, { budget, goal, isGoalMissed }: Budget): string {
  const judged = goal === undefined ? '' : `${formatted(goal)}${isGoalMissed === true ? ', missed' : ''}`;
  return `| ${name} | ${formatted(budget)} | ${judged} |`;
}

/** Brings the page up to date. */
export function writeSizesDocs(): void {
  writeFileSync(page, sizesDocs());
}

function main(): void {
  if (!process.argv.includes('--check')) {
    writeSizesDocs();
  } else if (readFileSync(page, 'utf8') !== sizesDocs()) {
    console.error(`docs/sizes.md is not what ${budgetFile} says`);
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
