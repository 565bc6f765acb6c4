import { type Goal, type GoalName, goals } from './goals.js';
import type { SuiteReport } from './suite-report.js';
import { ratio, tableText } from './table.js';

/** Which goals were reached, for those that the reports have a figure for, and why the others were not. */
export function goalsText(reports: readonly SuiteReport[]): string {
  const measured = measuredGoals(reports);
  if (measured.length === 0) return '';
  const rows = measured.map(({ goal, figure }) => [
    goal.what,
    limitText(goal),
    ratio(figure),
    isReached(goal, figure) ? 'reached' : 'missed',
  ]);
  const causes = measured
    .filter(({ goal, figure }) => !isReached(goal, figure))
    .map(({ goal }) => `- Missed: ${goal.what}. ${goal.cause ?? 'The cause has not been looked into.'}`);
  const table = tableText({ head: ['goal', 'limit', 'measured', 'result'], rows });
  return causes.length === 0 ? table : `${table}\n\n${causes.join('\n')}`;
}

function measuredGoals(
  reports: readonly SuiteReport[],
): readonly { readonly goal: Goal; readonly figure: number }[] {
  const figures = new Map(reports.flatMap((report) => Object.entries(report.figures)));
  const all: Readonly<Record<GoalName, Goal>> = goals;
  return Object.entries(all).flatMap(([name, goal]) => {
    const figure = figures.get(name);
    return figure === undefined ? [] : [{ goal, figure }];
  });
}

function limitText({ limit }: Goal): string {
  return 'atMost' in limit ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
}

function isReached({ limit }: Goal, figure: number): boolean {
  return 'atMost' in limit ? figure <= limit.atMost : figure >= limit.atLeast;
}
