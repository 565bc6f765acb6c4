import { type ConfigurationErrorCode, errorCodes, type WebhookErrorCode } from './error-codes.js';

const brand = Symbol.for('@countersign/webhook-error');

/**
 * A delivery that was refused, or could not be processed. `message` is for the log: it names the
 * header, field or limit, never a secret, a signature or a body. Nothing of it is sent to the caller.
 *
 * @example
 * try {
 *   await verifier.verify(request);
 * } catch (error) {
 *   if (isWebhookError(error) && error.code === 'timestamp_too_old') return;
 *   throw error;
 * }
 */
export class WebhookError extends Error {
  /** What happened; one row of docs/errors.md. */
  readonly code: WebhookErrorCode;
  /** The HTTP status that answers it. */
  readonly status: number;
  /** Whether the same delivery, sent again, can succeed. */
  readonly retryable: boolean;

  constructor(code: WebhookErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WebhookError';
    this.code = code;
    this.status = errorCodes[code].status;
    this.retryable = errorCodes[code].retryable;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether a value is a {@link WebhookError}, also one of another installed copy of this package.
 *
 * @example
 * if (isWebhookError(error)) console.error(error.code);
 */
export function isWebhookError(value: unknown): value is WebhookError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** What was thrown; whatever is no {@link WebhookError} is ours: `internal_error`. */
export function asWebhookError(thrown: unknown): WebhookError {
  if (isWebhookError(thrown)) return thrown;
  return new WebhookError('internal_error', 'something failed that must not', { cause: thrown });
}

/**
 * The program is wrong: an option, a secret or a handler. Thrown where it is written, at construction
 * or registration, in one sentence that names the field, what it must be and what it was.
 */
export class ConfigurationError extends TypeError {
  /** Which kind of mistake; one row of docs/errors.md. */
  readonly code: ConfigurationErrorCode;

  constructor(code: ConfigurationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigurationError';
    this.code = code;
  }
}
