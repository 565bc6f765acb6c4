import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Row } from './row.js';
import { deliverySql } from './sql/deliveries.js';
import { endpointSql } from './sql/endpoints.js';
import { eventSql } from './sql/events.js';
import { laneSql } from './sql/lanes.js';
import { upkeepSql } from './sql/upkeep.js';

/** Every statement that an open store runs. */
export const statementTexts = { ...eventSql, ...endpointSql, ...laneSql, ...deliverySql, ...upkeepSql };

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
    return Number(this.#of(name).run(...values).changes);
  }

  /** The first row. */
  get(name: StatementName, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#of(name).get(...values);
  }

  all(name: StatementName, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#of(name).all(...values);
  }

  #of(name: StatementName): StatementSync {
    const statement = this.#prepared.get(name);
    if (statement === undefined) throw new TypeError(`no statement ${name}`);
    return statement;
  }
}
