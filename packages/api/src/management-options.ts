import { ConfigurationError } from '@countersign/core';
import { mustBe } from '@countersign/core/strict';
import type { Authenticate } from './authenticate/caller.js';
import { warnNowAndThen } from './system/warn.js';

// Timers know no longer time.
const MOST = 2 ** 31 - 1;

/** Options of `createManagementApi`. */
export interface ManagementApiOptions {
  /** Says who makes a request: `apiKeys([…])`, or a function of the application. There is no API without one. */
  readonly authenticate: Authenticate;
  /**
   * What stands before `/webhooks` in the paths that arrive, such as `/api`. Default: nothing, as where a mount takes
   * its prefix away.
   */
  readonly basePath?: string | undefined;
  /** The most that a body may have. Default 1,048,576. */
  readonly maxBodyBytes?: number | undefined;
  /** How long a body may take to arrive. Default 30,000. */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * Told why an answer was 500 or 503, each time; and once, if paths arrive that do not begin with `basePath`. Default:
   * a process warning, at most once a minute whatever there is to tell: what comes in between is not told.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Milliseconds of a clock that never goes back; default `performance.now`. */
  readonly now?: (() => number) | undefined;
}

const NAMES = Object.keys({
  authenticate: true,
  basePath: true,
  maxBodyBytes: true,
  bodyTimeoutMs: true,
  onError: true,
  now: true,
} satisfies Readonly<Record<keyof ManagementApiOptions, true>>);

/** {@link ManagementApiOptions}, checked and complete. */
export interface ManagementSettings {
  readonly authenticate: Authenticate;
  readonly basePath: string;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/** Checks the options and fills in the defaults. */
export function managementSettings(options: ManagementApiOptions): ManagementSettings {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `authenticate`', options);
  checkNames(options);
  const { authenticate, basePath = '', maxBodyBytes = 1_048_576, bodyTimeoutMs = 30_000 } = options;
  if (typeof authenticate !== 'function')
    throw mustBe('authenticate', 'a function such as `apiKeys([…])`', authenticate);
  if (typeof basePath !== 'string' || !/^(?:\/[\w.~-]+)*$/.test(basePath))
    throw mustBe('basePath', 'a path such as `/api`, without a `/` at its end', basePath);
  const now = options.now ?? (() => performance.now());
  if (typeof now !== 'function') throw mustBe('now', 'a function', now);
  const { onError = warnNowAndThen(now) } = options;
  if (typeof onError !== 'function') throw mustBe('onError', 'a function', onError);
  return {
    authenticate,
    basePath,
    maxBodyBytes: positive('maxBodyBytes', maxBodyBytes),
    bodyTimeoutMs: positive('bodyTimeoutMs', bodyTimeoutMs),
    onError: quietly(onError),
    now,
  };
}

/** A misspelt option would be one that is ignored. */
function checkNames(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || NAMES.includes(name)) continue;
    const known = NAMES.join(', ');
    throw new ConfigurationError('invalid_option', `\`${name}\` is no option here: they are ${known}`);
  }
}

function positive(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw mustBe(field, `a whole number from 1 to ${MOST}`, value);
}

/** What a hook throws changes nothing. */
function quietly(hook: (error: unknown) => unknown): (error: unknown) => void {
  return (error) => {
    try {
      const result = hook(error);
      if (result instanceof Promise) result.catch(() => {});
    } catch {
      // There is nobody left to tell.
    }
  };
}
