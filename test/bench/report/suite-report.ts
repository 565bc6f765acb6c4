import type { GoalName } from './goals.js';
import type { Table } from './table.js';

/** What every suite is told. */
export interface SuiteOptions {
  readonly isQuick: boolean;
}

/** One table with what it shows. */
export interface Section {
  readonly title: string;
  readonly text: string;
  readonly table: Table;
}

/** What a suite has measured. */
export interface SuiteReport {
  readonly title: string;
  readonly text: string;
  readonly sections: readonly Section[];
  readonly figures: Readonly<Partial<Record<GoalName, number>>>;
}
