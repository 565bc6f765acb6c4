/** What a code means and how to mend it. */
export interface SenderErrorRow {
  /** How the management API answers it. */
  readonly status: number;
  readonly explanation: string;
  readonly fix: string;
}

/** Everything a call of a sender can be refused for: the `code` of a `SenderError`. docs/errors.md is made of it. */
export const senderErrors = {
  invalid_input: {
    status: 422,
    explanation:
      'An argument cannot be used: a URL that the policy forbids, a pattern or filter that is none, a header that may not be set, a secret of the wrong form, data that is not JSON.',
    fix: 'The message names the field, what it must be, and the kind of what it was; `field` is its path.',
  },
  event_too_large: {
    status: 413,
    explanation:
      "The event's data, as JSON in UTF-8, is larger than `maxEventBytes` (256 KiB). Nothing was stored.",
    fix: 'Send a reference to what is large, or raise `maxEventBytes`; many receivers refuse more than 1 MiB.',
  },
  schema_mismatch: {
    status: 422,
    explanation:
      "The event's data does not fit the schema of its type in `events`, as it would stand on the wire. Nothing was stored. The message names the paths.",
    fix: 'Mend the data, or the schema. Receivers that use the same schemas would refuse it.',
  },
  event_conflict: {
    status: 409,
    explanation:
      'An event with this id exists, and its type, data, key or target is another. Nothing was stored.',
    fix: 'Give every event an id of its own. The same event sent again is no conflict: it is stored once.',
  },
  unknown_endpoint: {
    status: 404,
    explanation: 'There is no endpoint with this id within the tenant, or no longer.',
    fix: "Check the id, and `tenant`: without one only endpoints without a tenant are seen. `tenant: '*'` sees all.",
  },
  unknown_delivery: {
    status: 404,
    explanation:
      'There is no delivery with this id within the tenant and endpoint, or retention has pruned it.',
    fix: "Check the id, and `tenant`: without one only deliveries without a tenant are seen. `tenant: '*'` sees all.",
  },
  endpoint_conflict: {
    status: 409,
    explanation:
      'The endpoint was changed by others again and again while this change was made, or has another revision than the one expected, or its id is taken.',
    fix: 'Read the endpoint and make the change again. Where its `id` is taken, choose another: that of a deleted endpoint stays taken while deliveries of it are in the record.',
  },
  endpoint_disabled: {
    status: 409,
    explanation: 'The endpoint is disabled: what is pending there is skipped, so nothing can be tried again.',
    fix: 'Enable it first; `disabledReason` says why it was disabled.',
  },
  already_delivered: {
    status: 409,
    explanation:
      'The delivery has succeeded: it is not tried again, because its receiver would take it for a copy.',
    fix: 'Use `resend`, which sends a new event with the same content.',
  },
  invalid_cursor: {
    status: 400,
    explanation: 'The cursor is not a `nextCursor` of this list.',
    fix: 'Give back `nextCursor` as it was, with the same filters; leave it out for the first page.',
  },
  sender_stopped: {
    status: 503,
    explanation: '`stop` was called: this sender takes no more work, and its store is closed.',
    fix: 'Stop accepting requests before the sender is stopped, or make a new sender.',
  },
  encryption_key_missing: {
    status: 503,
    explanation:
      'A secret or header in the record is sealed with a key that is not in `encryption.keys`, or does not open with it.',
    fix: 'Put the key back: keys that sealed something must stay in the list, behind the first, until `endpoints.reseal` has run.',
  },
  store_locked: {
    status: 503,
    explanation:
      'Another process has this database file open: one process at a time works a SQLite record. Or a record is being moved, out of this file or into this schema.',
    fix: 'End the other process, or give this one a file of its own; several machines need a store that they share. A move that was cut off goes on where it stopped: run it again.',
  },
  store_newer: {
    status: 503,
    explanation: 'The database was written by a newer version of this package.',
    fix: 'Install that version or a newer one. A schema is never taken back.',
  },
  store_foreign: {
    status: 503,
    explanation: 'The file is no database of this package: another program made it, or it is none at all.',
    fix: 'Check `path`. A file that is missing or empty is made into a database.',
  },
  store_corrupt: {
    status: 503,
    explanation: 'The database is damaged.',
    fix: 'Stop the process, keep a copy of the file and its `-wal`, and look at the disk; `sqlite3 <file> .recover` saves what can be read.',
  },
  store_full: {
    status: 503,
    explanation:
      'The disk, or the quota, is full. What was acknowledged before is safe; the worker goes on when there is room.',
    fix: 'Free some room, or lower `retentionDays`.',
  },
  store_unavailable: {
    status: 503,
    explanation:
      'The store could not be read or written: no permission, an I/O error, a lost connection, a file that was moved or deleted while it was open. The call can be made again.',
    fix: 'Look at `cause`.',
  },
} satisfies Record<string, SenderErrorRow>;

/** The `code` of a `SenderError`. */
export type SenderErrorCode = keyof typeof senderErrors;
