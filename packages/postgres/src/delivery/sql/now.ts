/**
 * Epoch milliseconds, in whole ones: a given time, or the database's. The first parameter of every statement that has
 * it. It is the same throughout a statement, so an index can be searched for it.
 */
export const NOW = `coalesce($1::bigint, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)`;

/** A list of texts, given as JSON. */
export const texts = (parameter: string): string =>
  `(SELECT json_array_elements_text(${parameter}::text::json))`;

/** A list of whole numbers, given as JSON. */
export const numbers = (parameter: string): string =>
  `(SELECT json_array_elements_text(${parameter}::text::json)::bigint)`;

/** Rows, given as a list of JSON objects. */
export const rowsOf = (parameter: string, columns: string): string =>
  `json_to_recordset(${parameter}::text::json) AS given(${columns})`;
