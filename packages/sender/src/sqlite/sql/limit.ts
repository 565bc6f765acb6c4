/**
 * The end of a statement that gives no more rows than it is told. SQLite looks at the value of a bare `LIMIT ?` when it
 * plans, and so plans anew for each call, which takes ten times as long as most of these statements.
 */
export const LIMIT = 'LIMIT ? + 0';
