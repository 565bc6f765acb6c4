import type { SqlClient } from './sql-client.js';

/** A statement that a connection prepares once, by its name. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** One name for one text in the whole process: several stores may share a pool. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `countersign_${names.size + 1}`;
  names.set(text, name);
  return name;
}

/** A client of `pg`, whose statements are prepared: planned once for each connection instead of each time. */
export function preparing(client: SqlClient): SqlClient {
  return {
    query: (text, values) =>
      values.length === 0 ? client.query(text, values) : query(client, { name: nameOf(text), text, values }),
  };
}

/** `pg` also takes a statement as one object, with a name. */
function query(client: SqlClient, statement: NamedStatement): ReturnType<SqlClient['query']> {
  return Reflect.apply(client.query, client, [statement]);
}

/** Whether it is of `pg`, by what its pools alone tell. */
export function isOfPg(client: object): boolean {
  return 'totalCount' in client && 'idleCount' in client && 'waitingCount' in client;
}
