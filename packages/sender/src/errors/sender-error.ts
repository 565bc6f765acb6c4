import { type SenderErrorCode, senderErrors } from './sender-errors.js';

const brand = Symbol.for('@countersign/sender-error');

/** What a {@link SenderError} can carry beside its message. */
export interface SenderErrorOptions extends ErrorOptions {
  readonly field?: string | undefined;
}

/**
 * A call that was refused, or a record that cannot be reached. `message` names the field, the endpoint or the file,
 * never a secret, a header's value or an event's data.
 *
 * @example
 * try {
 *   await sender.send({ id, type: 'job.completed', data });
 * } catch (error) {
 *   if (isSenderError(error) && error.code === 'event_conflict') return;
 *   throw error;
 * }
 */
export class SenderError extends Error {
  /** What happened; one row of docs/errors.md. */
  readonly code: SenderErrorCode;
  /** How the management API answers it. */
  readonly status: number;
  /** The path of the argument that is wrong, such as `events[1]`. */
  readonly field: string | undefined;

  constructor(code: SenderErrorCode, message: string, { field, ...options }: SenderErrorOptions = {}) {
    super(message, options);
    this.name = 'SenderError';
    this.code = code;
    this.status = senderErrors[code].status;
    this.field = field;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether a value is a {@link SenderError}, also one of another installed copy of this package.
 *
 * @example
 * if (isSenderError(error)) console.error(error.code, error.field);
 */
export function isSenderError(value: unknown): value is SenderError {
  return typeof value === 'object' && value !== null && brand in value;
}
