const brand = Symbol.for('@countersign/move-error');

/**
 * Why a record is not moved:
 *
 * - `target_taken`: the schema has a record already, or one that was moved from elsewhere
 * - `target_in_use`: somebody else writes to the schema meanwhile
 * - `source_changed`: a move was begun, and the file has been worked on since, or is another one
 * - `text_refused`: a text that PostgreSQL cannot keep; the message names its table and row
 * - `counts_differ`: at the end the schema does not hold what the file holds; nothing of the end was written
 * - `needs_sqlite`: this Node.js has no `node:sqlite`, or `@countersign/sender` is not installed
 */
export type MoveErrorCode =
  | 'target_taken'
  | 'target_in_use'
  | 'source_changed'
  | 'text_refused'
  | 'counts_differ'
  | 'needs_sqlite';

/** A move that was refused or given up. `message` names schema, table and file, never a connection or a text. */
export class MoveError extends Error {
  readonly code: MoveErrorCode;

  constructor(code: MoveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MoveError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether a value is a {@link MoveError}, also one of another installed copy of this package.
 *
 * @example
 * if (isMoveError(error) && error.code === 'target_taken') console.error(error.message);
 */
export function isMoveError(value: unknown): value is MoveError {
  return typeof value === 'object' && value !== null && brand in value;
}
