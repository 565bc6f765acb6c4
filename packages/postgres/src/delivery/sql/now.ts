/**
 * Epoch milliseconds, in whole ones: a given time, or the database's. The first parameter of every statement that has
 * it. It is the same throughout a statement, so an index can be searched for it.
 */
export const NOW = `coalesce($1::bigint, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)`;

// What follows is written so that the planner has one way: along an index, row by row. Its guesses at how long a list of
// JSON is would have it read a whole table instead, as long as that is short; `OFFSET 0` keeps a look-up what it is.

/** Any of a list of texts, given as JSON. */
export const anyText = (parameter: string): string =>
  `ANY (ARRAY(SELECT json_array_elements_text(${parameter}::text::json)))`;

/** Any of a list of whole numbers, given as JSON. */
export const anyNumber = (parameter: string): string =>
  `ANY (ARRAY(SELECT json_array_elements_text(${parameter}::text::json)::bigint))`;

/** Rows, given as a list of JSON objects. */
export const rowsOf = (parameter: string, columns: string): string =>
  `json_to_recordset(${parameter}::text::json) AS given(${columns})`;

/** The one row that belongs to another. */
export const theOne = (columns: string, from: string, name: string): string =>
  `CROSS JOIN LATERAL (SELECT ${columns} FROM ${from} OFFSET 0) ${name}`;

/** Nothing there. */
export const nothing = (from: string): string => `NOT EXISTS (SELECT FROM ${from} OFFSET 0)`;
