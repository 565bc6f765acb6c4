/** A row as a client gives it: columns by name. Whole numbers of 64 bits may be numbers, bigints or texts. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * What runs statements with parameters `$1`, `$2`: a client of `pg`, or what `fromPostgresJs`, `fromDrizzle`,
 * `fromKysely`, `fromKnex` and `fromPrisma` make of theirs.
 */
export interface SqlClient {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

/** One connection, in nobody else's hands until it is released; with an error, it is closed instead. */
export interface SqlConnection extends SqlClient {
  release(error?: Error): void;
}

/** Connections to one database: a `Pool` of `pg`, or what `fromPostgresJs` makes. */
export interface SqlPool extends SqlClient {
  connect(): Promise<SqlConnection>;
}
