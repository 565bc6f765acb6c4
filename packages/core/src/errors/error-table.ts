import {
  type ConfigurationErrorCode,
  type ErrorAnswer,
  errorCodes,
  type WebhookErrorCode,
} from './error-codes.js';

/** What a code means, and how to mend it. */
export interface ErrorExplanation {
  readonly explanation: string;
  readonly fix: string;
}

/** What `onOutcome` reports beside errors: `commit_failed` of an acknowledged delivery, and the notices. */
export type OutcomeCode =
  | 'commit_failed'
  | 'replay_store_is_local'
  | 'handler_settled_late'
  | 'answer_overdue'
  | 'outcome_hook_failed';

/** Refused or failed deliveries: the `code` of a `WebhookError`. */
export const deliveryErrors = {
  missing_header: {
    ...errorCodes.missing_header,
    explanation: 'A header that the provider always sends is not there.',
    fix: 'Check that the receiver has the right `provider`, and that no proxy drops the header.',
  },
  malformed_header: {
    ...errorCodes.malformed_header,
    explanation:
      'A header is not what the provider writes: too long (4 KiB), not printable ASCII, a time that is not canonical digits, an id with forbidden characters, a signature without its prefix, two of them joined into one, or more than 16.',
    fix: 'The message names the header and the rule. Check the `provider`; a proxy may join or rewrite headers.',
  },
  duplicate_header: {
    ...errorCodes.duplicate_header,
    explanation:
      'A header that decides authentication stands more than once, so two readers could read two values.',
    fix: 'Find what adds the second one: usually a proxy that appends headers instead of setting them.',
  },
  header_mismatch: {
    ...errorCodes.header_mismatch,
    explanation: 'An unsigned header repeats a member of the signed body, and says something else.',
    fix: 'The body is genuine and the header was changed on the way: look at what stands between you and the sender.',
  },
  body_aborted: {
    ...errorCodes.body_aborted,
    explanation: 'The client closed the connection before the body was complete.',
    fix: 'Nothing to mend here: the sender repeats it. If it happens often, look at timeouts of proxies in front.',
  },
  invalid_utf8: {
    ...errorCodes.invalid_utf8,
    explanation: 'The body is not UTF-8. To replace bytes would be to change what was signed.',
    fix: 'Ask the sender to send UTF-8. For other bodies verify with `createVerifier` and a provider that signs id and time in headers.',
  },
  invalid_json: {
    ...errorCodes.invalid_json,
    explanation:
      'The body is not JSON, is empty, starts with a byte order mark, or (ragEngine) is JSON whose signed form is not defined: duplicate keys, `NaN`, nesting over 100.',
    fix: 'Set the webhook to `application/json` at the sender (GitHub: content type of the webhook).',
  },
  malformed_envelope: {
    ...errorCodes.malformed_envelope,
    explanation:
      "The body is JSON but not the provider's envelope: no object, no event type, or a time that is none.",
    fix: 'Check the `provider`; for your own, check `fields` of `jsonEnvelope` against a captured body.',
  },
  malformed_identity: {
    ...errorCodes.malformed_identity,
    explanation:
      'The id that tells deliveries apart is missing or is not 1 to 256 visible ASCII characters, in the body or as `replayIdentity` returned it.',
    fix: 'Check the `provider`, or return another text from `replayIdentity` (a digest of it, for instance).',
  },
  no_key: {
    ...errorCodes.no_key,
    explanation:
      "There is no secret for this request: `secrets` returned `undefined`, or no secret's window includes now.",
    fix: "Set the environment variable, add the tenant, or check `notBefore` and `notAfter` against the server's clock.",
  },
  signature_mismatch: {
    ...errorCodes.signature_mismatch,
    explanation: 'No signature of the request was made with a known secret over these bytes.',
    fix: 'Read `diagnosis` of the outcome (made at most once a second): it tells a wrong secret from a body that was parsed and written again on its way.',
  },
  timestamp_too_old: {
    ...errorCodes.timestamp_too_old,
    explanation:
      'The signature holds, but the signed time is older than is allowed: a replay, a late delivery, or a wrong clock.',
    fix: "Check this server's clock (NTP), and the provider's unit (seconds, milliseconds). Queued payloads are verified with `createVerifier` and `receivedAt`. Widen `toleranceSeconds` or `maxEventAgeSeconds` only for a sender that is known to be late.",
  },
  timestamp_too_new: {
    ...errorCodes.timestamp_too_new,
    explanation:
      'The signature holds, but the signed time lies further in the future than `toleranceSeconds`.',
    fix: "Check this server's clock (NTP), then the sender's; check that the provider's unit is right (seconds, milliseconds).",
  },
  method_not_allowed: {
    ...errorCodes.method_not_allowed,
    explanation:
      'The request is not a POST, and the provider has no check of the endpoint that uses this method.',
    fix: 'Usually a browser, a scanner or a health check: point it at another path.',
  },
  body_timeout: {
    ...errorCodes.body_timeout,
    explanation: 'The body took longer than `bodyTimeoutMs` to arrive.',
    fix: 'Raise `bodyTimeoutMs` if honest senders are this slow.',
  },
  body_too_large: {
    ...errorCodes.body_too_large,
    explanation:
      'The body, or its declared length, is larger than `maxBodyBytes`. It was not read to its end.',
    fix: 'Raise `maxBodyBytes` to what the provider documents as its largest payload.',
  },
  unsupported_content_encoding: {
    ...errorCodes.unsupported_content_encoding,
    explanation: 'The request has a `content-encoding`: its bytes are not those that were signed.',
    fix: 'Turn compression off at the sender, or at the proxy that adds it.',
  },
  schema_mismatch: {
    ...errorCodes.schema_mismatch,
    explanation:
      'The delivery is genuine, but its payload does not fit the schema of its type. The message names the paths, not what the schema says of them, because that often repeats values.',
    fix: 'Mend the schema: providers add members and make others optional. The claim was given back, so a repeat succeeds once the schema does.',
  },
  body_already_parsed: {
    ...errorCodes.body_already_parsed,
    explanation: 'Something read the body before the receiver, so the signed bytes are gone.',
    fix: 'Mount the webhook route before `express.json()` and its like, or keep them off its path; `express.raw()` is fine.',
  },
  handler_failed: {
    ...errorCodes.handler_failed,
    explanation:
      'Your handler threw or rejected; behind a guard: your application answered something other than 2xx. From an inbox also: nothing handles the type of a stored delivery any more.',
    fix: "The cause is in `error.cause` of the outcome (a guard has none: the error is your route's). The claim was given back: the sender's repeat runs the handler again. From an inbox: `outcome.next` says whether it is tried again by itself; `inbox.failed()` lists what is not.",
  },
  internal_error: {
    ...errorCodes.internal_error,
    explanation:
      'Something threw that must not: a receiver used without handlers, a schema or handshake that throws, or a fault in this library.',
    fix: 'Look at `error.cause` of the outcome. If it points into this library, please report it.',
  },
  in_progress: {
    ...errorCodes.in_progress,
    explanation: 'Another copy of this delivery is being processed right now, here or in another process.',
    fix: 'Nothing to mend: the sender comes back after `Retry-After`, and is answered `duplicate` if the first copy succeeded.',
  },
  handler_timeout: {
    ...errorCodes.handler_timeout,
    explanation:
      'The handler took longer than `handlerTimeoutMs`. Its signal was aborted; its claim is held until its promise settles. From an inbox: a notice says so at once, the attempt is told of when the promise settles; or `stop` ran out of time.',
    fix: "Do less in the handler, or acknowledge before it (`ack: 'before'`). Pass `context.signal` on. Stay below the sender's own timeout.",
  },
  secrets_unavailable: {
    ...errorCodes.secrets_unavailable,
    explanation:
      '`secrets` threw, rejected, took longer than `secretsTimeoutMs`, or returned something that is no secret of this provider.',
    fix: 'Look at the message and `error.cause`. Return `undefined` for a request that has no secret: that is a 401.',
  },
  replay_store_unavailable: {
    ...errorCodes.replay_store_unavailable,
    explanation:
      'The replay store threw or took longer than `storeTimeoutMs`. The handler has not run: nothing is let through unseen.',
    fix: 'Look at `error.cause`, and at the store. The sender repeats the delivery.',
  },
  replay_store_full: {
    ...errorCodes.replay_store_full,
    explanation:
      'The memory store holds `maxKeys` keys, and none may be forgotten yet: a forgotten key is an accepted replay.',
    fix: 'Raise `maxKeys`, lower `replayTtlSeconds`, or use a shared store.',
  },
  inbox_unavailable: {
    ...errorCodes.inbox_unavailable,
    explanation:
      "With `ack: 'before'`: the inbox threw, or took longer than `storeTimeoutMs`, so the delivery was not acknowledged and its claim was given back. As a notice: `runInbox` could not reach the inbox.",
    fix: 'Look at `error.cause` (of a notice: `error`), and at the store. The sender repeats the delivery, and one that was stored all the same is answered `duplicate`.',
  },
  claim_lost: {
    ...errorCodes.claim_lost,
    explanation:
      'The lease ended while the handler ran, because the store could not be reached, and another process took the delivery; the signal was aborted and the handler failed. From an inbox also: nothing ever settled the last attempt, because its process died or stood still.',
    fix: "Look at the store's availability; make handlers idempotent. The other process finishes the delivery. If it is the last attempt of an inbox, find out what ends the process.",
  },
} satisfies Record<WebhookErrorCode, ErrorAnswer & ErrorExplanation>;

/** Reported by `onOutcome` alone. */
export const outcomes = {
  commit_failed: {
    explanation:
      'The handler succeeded (or the delivery was put into the inbox) and 2xx was answered, but the store did not take the commit: it was unreachable for `storeTimeoutMs`, or the claim had been lost. Of an attempt from an inbox: it succeeded after somebody else had taken the delivery, so the handler ran twice.',
    fix: "Look at the store: `outcome.error` is what it threw. A copy sent later may run the handler again: commit inside the handler's own transaction where that matters.",
  },
  outcome_hook_failed: {
    explanation:
      '`onOutcome` threw or rejected. A process warning, once for each hook; the delivery is not affected.',
    fix: 'Look at the hook: `outcome.kind` says which members an outcome has.',
  },
  replay_store_is_local: {
    explanation:
      'The provider signs no time of the attempt, so the replay store alone refuses copies, and this one is known to one process and forgotten on restart.',
    fix: 'Use a store that all processes share, or accept that a captured delivery can be replayed after a restart or at another process.',
  },
  handler_settled_late: {
    explanation:
      'A handler that had been answered for with `handler_timeout` has settled, and its claim was committed or given back.',
    fix: "Make the handler faster than `handlerTimeoutMs`, or raise that below the sender's timeout.",
  },
  answer_overdue: {
    explanation:
      'Behind a guard the application did not answer within `handlerTimeoutMs`: its claim lapses with its lease, and a repeat runs it again.',
    fix: 'Find the path on which the handler never ends its response.',
  },
} satisfies Record<OutcomeCode, ErrorExplanation>;

/** Mistakes in the program: the `code` of a `ConfigurationError`. */
export const configurationErrors = {
  invalid_option: {
    explanation:
      'An option is missing, of the wrong kind or out of range, or two of them contradict each other.',
    fix: 'The message names the field, what it must be, and the kind of what it was.',
  },
  invalid_secret: {
    explanation:
      'A secret, or the list of them, cannot be used: empty, under 16 bytes, quoted, with white space around it, of the wrong kind (`whsk_` where `whpk_` belongs), not canonical, or too many.',
    fix: 'Copy it again as the provider shows it. The message says what is wrong with its form, and never quotes it.',
  },
  invalid_handler: {
    explanation:
      'A handler is no function, is the second one of its pattern, matches no type in `events`, came after the first mount or request, or does not fit how the receiver is mounted.',
    fix: 'Add handlers with `.on` before mounting. `webhookHandler` wants a receiver with handlers, `webhookGuard` one without.',
  },
  invalid_input: {
    explanation:
      'An argument of `sign`, `verify` or an envelope cannot be used: a body that is not bytes, an id that the provider does not allow, a date that is none, data that JSON cannot hold.',
    fix: 'The message names the argument. Give `verify` the raw bytes of the request, never a parsed or decoded body.',
  },
  unsupported_algorithm: {
    explanation: 'A scheme asks for an algorithm or encoding that its format or this library does not have.',
    fix: 'Check `readKey`, `algorithm` and `encoding` of your own scheme.',
  },
} satisfies Record<ConfigurationErrorCode, ErrorExplanation>;

/**
 * Every code of an error or a notice, with what it means and how to mend it, and for those of a `WebhookError`
 * how it is answered. docs/errors.md is made of it. Nothing in this package reads it, so it costs nothing
 * where it is not used.
 *
 * @example
 * if (outcome.kind === 'refused') console.error(outcome.error.message, errorTable[outcome.code].fix);
 */
export const errorTable: Readonly<
  Record<WebhookErrorCode, ErrorAnswer & ErrorExplanation> &
    Record<OutcomeCode | ConfigurationErrorCode, ErrorExplanation>
> = { ...deliveryErrors, ...outcomes, ...configurationErrors };
