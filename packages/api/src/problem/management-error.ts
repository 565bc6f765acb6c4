import { type ManagementErrorCode, type ProblemCode, rowOf } from './management-errors.js';

/** What is wrong with one part of a request. Exactly one of the three names says where it stands. */
export interface Fault {
  /** A JSON pointer into the body, as a fragment: `#/rate_limit/per_second`. */
  readonly pointer?: string | undefined;
  /** A parameter of the query. */
  readonly parameter?: string | undefined;
  readonly header?: string | undefined;
  readonly detail: string;
}

/** What a {@link ManagementError} can carry beside its message. */
export interface ManagementErrorOptions extends ErrorOptions {
  readonly faults?: readonly Fault[] | undefined;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A request that is refused. The message is sent as the problem's `detail`. */
export class ManagementError extends Error {
  readonly code: ProblemCode;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, options: ManagementErrorOptions = {}) {
    const { faults = [], headers = {}, ...rest } = options;
    super(message, rest);
    this.name = 'ManagementError';
    this.code = code;
    this.faults = faults;
    this.headers = headers;
  }
}

/** `invalid_input` for the parts that are named; the first one's sentence is the whole problem's. */
export function invalidParts(faults: readonly [Fault, ...Fault[]]): ManagementError {
  return new ManagementError('invalid_input', faults[0].detail, { faults });
}

const LATER = 'this cannot be answered now: try again';
const HIDDEN = {
  internal_error: 'something went wrong',
  body_already_parsed: 'the body of the request got lost on its way: nothing was done',
  authentication_unavailable: LATER,
  unavailable: LATER,
} satisfies Partial<Record<ManagementErrorCode, string>>;

/** An answer that says nothing of its cause: `onError` is told. */
export function hidden(code: keyof typeof HIDDEN, cause: unknown): ManagementError {
  return new ManagementError(code, HIDDEN[code], {
    cause,
    ...(rowOf(code).status === 503 && { headers: { 'retry-after': '5' } }),
  });
}
