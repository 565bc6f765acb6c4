import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../workspace.js';
import { type Figure, type FigureGroup, formatted } from './figure.js';

/** The most that a figure may be, and what it should be. */
export interface Budget {
  readonly budget: number;
  readonly goal?: number | undefined;
  readonly isGoalMissed?: boolean | undefined;
}

/** One group of the budget file. */
export interface BudgetGroup {
  readonly about: string;
  readonly figures: Readonly<Record<string, Budget>>;
}

/** The budget file, by the titles of the groups. */
export type Budgets = Readonly<Record<string, BudgetGroup>>;

const file = join(root, 'tools/sizes/budgets.json');
export const budgetFile = relative(root, file);

// Enough for a changed sentence or another version of zlib, not for a feature.
const MARGIN = 0.02;
const SLACK_COUNT = 2;
const BYTES_STEP = 50;
// A budget that would be this much smaller today could be.
const LOOSE = 0.9;

export function readBudgets(): Budgets {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Makes the budgets what is measured, and a little more. */
export function writeBudgets(groups: readonly FigureGroup[]): void {
  const budgets: Budgets = Object.fromEntries(
    groups.map(({ title, about, slackBytes, figures }) => {
      const entries = figures.map((figure) => [figure.name, budgetOf(figure, slackBytes)] as const);
      return [title, { about, figures: Object.fromEntries(entries) }];
    }),
  );
  writeFileSync(file, `${JSON.stringify(budgets, null, 2)}\n`);
}

function budgetOf({ value, unit, goal }: Figure, slackBytes: number): Budget {
  const budget =
    unit === 'bytes'
      ? Math.ceil((value + Math.max(value * MARGIN, slackBytes)) / BYTES_STEP) * BYTES_STEP
      : Math.ceil(value * (1 + MARGIN)) + SLACK_COUNT;
  if (goal === undefined) return { budget };
  // What reaches its goal must go on reaching it.
  return value <= goal ? { budget: Math.min(budget, goal), goal } : { budget, goal, isGoalMissed: true };
}

/** What is wrong with the figures, one sentence each. */
export function problemsOf(budgets: Budgets, groups: readonly FigureGroup[]): readonly string[] {
  return groups.flatMap(({ title, figures }) => {
    const known = budgets[title]?.figures ?? {};
    const names = new Set(figures.map(({ name }) => name));
    const gone = Object.keys(known).filter((name) => !names.has(name));
    return [
      ...figures.flatMap((figure) => problemOf(figure, known[figure.name])),
      ...gone.map((name) => `\`${name}\` has a budget, and is not measured any more: run with --write`),
    ];
  });
}

/** Whether a figure has shrunk so much that its budget says little. */
export function isLoose(figure: Figure, slackBytes: number, { budget }: Budget): boolean {
  return budgetOf(figure, slackBytes).budget < budget * LOOSE;
}

function problemOf({ name, value, unit }: Figure, known: Budget | undefined): readonly string[] {
  if (known === undefined) return [`\`${name}\` has no budget: run with --write`];
  if (value <= known.budget) return [];
  return [`\`${name}\` is ${formatted(value)} ${unit}, its budget is ${formatted(known.budget)}`];
}
