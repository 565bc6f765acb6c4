import type { SenderErrorCode, SenderErrorRow } from '@countersign/sender';
import { senderErrors } from '@countersign/sender';

/** What the management API refuses by itself: beside the codes of `senderErrors`, the `code` of a problem. */
export const managementErrors = {
  invalid_json: {
    status: 400,
    explanation: 'The body is not JSON in UTF-8, or it ended before it was complete.',
    fix: 'Send one JSON object, in UTF-8, without a byte order mark.',
  },
  unauthenticated: {
    status: 401,
    explanation: '`authenticate` knows nobody by this request.',
    fix: 'Send `Authorization: Bearer <key>`, or whatever the application authenticates by.',
  },
  missing_scope: {
    status: 403,
    explanation: 'The caller is known, and has not the scope that the route needs. `detail` names it.',
    fix: 'Give the caller that scope, or use another key.',
  },
  operators_only: {
    status: 403,
    explanation: "The route shows what concerns all tenants, and the caller is not `tenant: '*'`.",
    fix: "Use an operator's key.",
  },
  cross_site_request: {
    status: 403,
    explanation: "A browser says that another site's page made this request.",
    fix: 'Make it from your own server, or from a page of the same origin.',
  },
  unknown_route: {
    status: 404,
    explanation: 'There is nothing at this path.',
    fix: 'Check the path, and where the API is mounted: `basePath` where the mount does not take the prefix away.',
  },
  method_not_allowed: {
    status: 405,
    explanation: 'The path has other methods; `Allow` lists them.',
    fix: 'Use one of them.',
  },
  body_timeout: {
    status: 408,
    explanation: 'The body did not arrive within `bodyTimeoutMs` (30 s).',
    fix: 'Send it again.',
  },
  revision_mismatch: {
    status: 412,
    explanation:
      'The endpoint has another revision than the one in `If-Match`: somebody changed it meanwhile.',
    fix: 'Read the endpoint, make the change again, and send the `ETag` that came with it.',
  },
  body_too_large: {
    status: 413,
    explanation: 'The body is larger than `maxBodyBytes` (1 MiB).',
    fix: 'Send fewer events at once, or raise the limit.',
  },
  unsupported_media_type: {
    status: 415,
    explanation:
      'The body is not declared as `application/json`. Without a body, and outside browsers, it need not be.',
    fix: 'Send `Content-Type: application/json`, and no `Content-Encoding`.',
  },
  internal_error: {
    status: 500,
    explanation: 'Something failed that should not. `onError` was told what.',
    fix: 'Look at what `onError` was told.',
  },
  body_already_parsed: {
    status: 500,
    explanation:
      'Something read the body before the API, so nothing was done. A request that announces a body and sends none is answered the same. `onError` was told.',
    fix: 'Mount the API before `express.json()` and its like, or keep them off its paths; `authenticate` must leave the body alone.',
  },
  authentication_unavailable: {
    status: 503,
    explanation: '`authenticate` threw, or gave something that is no caller. `onError` was told what.',
    fix: 'Look at what `onError` was told.',
  },
  unavailable: {
    status: 503,
    explanation: 'The record cannot be read or written now. `onError` was told why.',
    fix: 'Send the request again after `Retry-After`; operators look at what `onError` was told.',
  },
} satisfies Record<string, SenderErrorRow>;

/** The codes of {@link managementErrors}. */
export type ManagementErrorCode = keyof typeof managementErrors;

/** What a problem's `code` can be. Codes of the record's own failures (503) are not shown: they are `unavailable`. */
export type ProblemCode = ManagementErrorCode | SenderErrorCode;

const table: Readonly<Record<ProblemCode, SenderErrorRow>> = { ...senderErrors, ...managementErrors };

/** A code's row. */
export function rowOf(code: ProblemCode): SenderErrorRow {
  return table[code];
}

/** Every code that an answer can have. */
export const problemCodes: readonly ProblemCode[] = [
  ...keysOf(managementErrors),
  ...keysOf(senderErrors).filter((code) => senderErrors[code].status < 500),
];

function keysOf<Key extends string>(rows: Readonly<Record<Key, unknown>>): readonly Key[] {
  const keys: Key[] = [];
  for (const key in rows) keys.push(key);
  return keys;
}
