/** What a code that is told means, and what to do. */
export interface SenderNoticeRow {
  readonly explanation: string;
  readonly fix: string;
}

/** What `onEvent` is told beside attempts: the `code` of a notice. The codes of `senderErrors` can be told as well. */
export const senderNotices = {
  endpoint_disabled: {
    explanation:
      'An outcome of its own kind: an endpoint answered 410 (`gone`) or did nothing but fail for as long as its retry policy allows (`failing`), and was disabled. What is pending there is skipped.',
    fix: 'Tell its owner. `endpoints.enable`, then `deliveries.recover`, bring it and its deliveries back.',
  },
  secrets_stored_in_clear: {
    explanation:
      'There is no `encryption`: secrets and header values stand in the record as they are. Told once, at `start`.',
    fix: 'Give `encryption: { keys }`, and run `endpoints.reseal()` for what is stored already.',
  },
  lane_lost: {
    explanation:
      'This process held an endpoint longer than its lease without extending it (it was stopped, or the store was away), and another one has taken over. What it had in flight is attempted again.',
    fix: 'Look for what stopped the process: a debugger, a suspended machine, a blocked event loop. Receivers tell copies by the id.',
  },
  wake_failed: {
    explanation:
      'The `queue` did not take a wake-up. Nothing is lost: the record is looked at every few seconds as well.',
    fix: 'Look at `error`, and at the queue.',
  },
  outcome_hook_failed: {
    explanation:
      '`onEvent`, or an observer, threw or rejected. A process warning, once; nothing else is affected.',
    fix: 'Look at the hook: `outcome.kind` says which members an outcome has.',
  },
  internal_error: {
    explanation:
      'The record, or something else that the worker needs, failed with an error that is none of the table. It is tried again; told at most once a minute.',
    fix: 'Look at `error`. If it points into this library, please report it.',
  },
} satisfies Record<string, SenderNoticeRow>;

/** Why an attempt brought no answer: how its `error` in the record begins. */
export const attemptErrors = {
  timeout: {
    explanation:
      'No complete answer came within `requestTimeoutMs`, from the resolution of the name to the end of the body.',
    fix: 'Receivers should store the event, answer, and work afterwards.',
  },
  dns: {
    explanation: 'The name could not be resolved.',
    fix: 'Check the URL, and the name servers of this machine.',
  },
  connect: {
    explanation: 'No connection could be made: refused, or no way there.',
    fix: 'Check that the endpoint listens, and firewalls in between.',
  },
  tls: {
    explanation:
      'The TLS handshake failed; the message has the code: expired, self-signed, for another name.',
    fix: "Mend the endpoint's certificate. A private authority is trusted by `httpTransport({ tls: { ca } })`.",
  },
  reset: {
    explanation: 'The connection ended before the answer was complete.',
    fix: 'Look at the endpoint, and at proxies in front of it, for timeouts and crashes.',
  },
  protocol: {
    explanation:
      'What came back is no HTTP/1.1, or has more than 16 KiB of headers; or the request could not be written.',
    fix: 'Check that the URL and its port lead to an HTTP server.',
  },
  blocked_address: {
    explanation:
      'The name resolves to an address that the policy forbids. It is tried again, because resolvers err.',
    fix: 'Check the name. For receivers inside your network, `allowPrivateNetworks`.',
  },
} satisfies Record<string, SenderNoticeRow>;
