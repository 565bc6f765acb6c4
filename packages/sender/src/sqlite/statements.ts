import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Row } from './row.js';
import { clockSql } from './sql/clock.js';
import { deliverySql } from './sql/deliveries.js';
import { endpointSql } from './sql/endpoints.js';
import { eventSql } from './sql/events.js';
import { laneSql } from './sql/lanes.js';
import { upkeepSql } from './sql/upkeep.js';

/** Every statement that an open store runs. */
export const statementTexts = {
  ...eventSql,
  ...endpointSql,
  ...laneSql,
  ...deliverySql,
  ...upkeepSql,
  ...clockSql,
};

/** One of them. */
export type StatementName = keyof typeof statementTexts;

/** The statements of one connection, prepared once. */
export class Statements {
  readonly #prepared: ReadonlyMap<string, StatementSync>;

  constructor(database: DatabaseSync) {
    this.#prepared = new Map(
      Object.entries(statementTexts).map(([name, text]) => [name, database.prepare(text)]),
    );
  }

  /** How many rows were written. */
  run(name: StatementName, ...values: readonly SQLInputValue[]): number {
    checkValues(name, values);
    return Number(this.#of(name).run(...values).changes);
  }

  /** The first row. */
  get(name: StatementName, ...values: readonly SQLInputValue[]): Row | undefined {
    checkValues(name, values);
    return this.#of(name).get(...values);
  }

  all(name: StatementName, ...values: readonly SQLInputValue[]): readonly Row[] {
    checkValues(name, values);
    return this.#of(name).all(...values);
  }

  #of(name: StatementName): StatementSync {
    const statement = this.#prepared.get(name);
    if (statement === undefined) throw new TypeError(`no statement ${name}`);
    return statement;
  }
}

/**
 * `node:sqlite` takes any other object in the first place for named parameters, and moves the values behind it up: a
 * tenant's name would be looked up as an id, for every tenant.
 */
function checkValues(name: StatementName, values: readonly unknown[]): void {
  for (const value of values) {
    if (!isValue(value))
      throw new TypeError(`statement ${name} is given a value of no column: ${typeof value}`);
  }
}

function isValue(value: unknown): boolean {
  const kind = typeof value;
  if (kind === 'string' || kind === 'number' || kind === 'bigint') return true;
  return value === null || value instanceof Uint8Array;
}
