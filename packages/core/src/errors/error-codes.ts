/** How one error is answered: the HTTP status, and whether the same delivery can succeed later. */
export interface ErrorAnswer {
  readonly status: number;
  readonly retryable: boolean;
}

/**
 * Every error that a delivery can meet, with its answer. What each one means and how to mend it stands
 * beside it in `error-table.ts`, which the receive path does not load.
 */
export const errorCodes = {
  missing_header: { status: 400, retryable: false },
  malformed_header: { status: 400, retryable: false },
  duplicate_header: { status: 400, retryable: false },
  header_mismatch: { status: 400, retryable: false },
  body_aborted: { status: 400, retryable: true },
  invalid_utf8: { status: 400, retryable: false },
  invalid_json: { status: 400, retryable: false },
  malformed_envelope: { status: 400, retryable: false },
  malformed_identity: { status: 400, retryable: false },
  no_key: { status: 401, retryable: false },
  signature_mismatch: { status: 401, retryable: false },
  timestamp_too_old: { status: 401, retryable: false },
  timestamp_too_new: { status: 401, retryable: false },
  method_not_allowed: { status: 405, retryable: false },
  body_timeout: { status: 408, retryable: true },
  body_too_large: { status: 413, retryable: false },
  unsupported_content_encoding: { status: 415, retryable: false },
  schema_mismatch: { status: 422, retryable: false },
  body_already_parsed: { status: 500, retryable: true },
  handler_failed: { status: 500, retryable: true },
  internal_error: { status: 500, retryable: true },
  in_progress: { status: 503, retryable: true },
  handler_timeout: { status: 503, retryable: true },
  secrets_unavailable: { status: 503, retryable: true },
  replay_store_unavailable: { status: 503, retryable: true },
  replay_store_full: { status: 503, retryable: true },
  inbox_unavailable: { status: 503, retryable: true },
  claim_lost: { status: 503, retryable: true },
} as const satisfies Record<string, ErrorAnswer>;

/** The `code` of a {@link WebhookError}. */
export type WebhookErrorCode = keyof typeof errorCodes;

/** The `code` of a {@link ConfigurationError}: the program is wrong, not a delivery. */
export type ConfigurationErrorCode =
  | 'invalid_option'
  | 'invalid_secret'
  | 'invalid_handler'
  | 'invalid_input'
  | 'unsupported_algorithm';
