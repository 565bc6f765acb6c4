import { isWellFormed } from '../bytes/utf8.js';
import { mustBe } from '../errors/describe.js';
import { ConfigurationError, WebhookError } from '../errors/webhook-error.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { Scheme } from '../scheme/port.js';
import type { Schedule } from '../time/clock.js';
import { withDeadline } from '../time/deadline.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';
import { verifying } from './key-purpose.js';
import { KeyRing, type RingKey, type Secrets } from './key-ring.js';

/** The keys of one tenant: whoever looks at the request to choose them names the tenant. */
export interface TenantKeys {
  /** Part of the replay key: one tenant's ids never collide with another's. */
  readonly tenant: string;
  readonly secrets: Secrets | KeyRing;
}

/**
 * Where keys come from: secrets, a key ring, a function that reads them late (environment variables in a
 * build, Workers), or one that chooses them by the request and names the tenant.
 */
export type SecretsOption =
  | Secrets
  | KeyRing
  | (() => MaybePromise<Secrets | KeyRing | undefined>)
  | ((request: WebhookRequest) => MaybePromise<TenantKeys | undefined>);

/** The keys for one request. */
export interface RequestKeys {
  readonly keys: readonly RingKey[];
  readonly tenant: string | undefined;
}

/** Finds the keys for a request; throws `no_key` or `secrets_unavailable`. */
export type KeysResolver = (request: WebhookRequest) => MaybePromise<RequestKeys>;

/** Secrets given as they are are prepared, and their mistakes reported, at once; functions per request. */
export function keysResolver(
  option: SecretsOption,
  scheme: Scheme,
  limits: { readonly timeoutMs: number; readonly schedule: Schedule },
): KeysResolver {
  if (typeof option !== 'function') {
    if (option === undefined) {
      throw mustBe(
        'secrets',
        'given; read a variable that may be missing late: `() => process.env.NAME`',
        option,
      );
    }
    const keys: RequestKeys = { keys: ringOf(option).keysFor(scheme, verifying), tenant: undefined };
    return () => keys;
  }
  const toKeys = resolvedKeys(scheme, option.length > 0);
  return (request) => {
    let found: MaybePromise<Resolved>;
    try {
      found = option(request);
    } catch (cause) {
      throw unavailable('threw', cause);
    }
    if (!isPromise(found)) return toKeys(found);
    const { timeoutMs, schedule } = limits;
    const late = (): Error => unavailable(`took longer than ${timeoutMs} ms`);
    return Promise.resolve(withDeadline(timeoutMs, schedule, late, () => found)).then(
      toKeys,
      (cause: unknown) => {
        throw cause instanceof WebhookError ? cause : unavailable('rejected', cause);
      },
    );
  };
}

type Resolved = Secrets | KeyRing | TenantKeys | undefined;

function resolvedKeys(scheme: Scheme, readsRequest: boolean): (resolved: Resolved) => RequestKeys {
  // A function over an environment variable returns the same text every time; preparing it costs as much as a MAC.
  let last: { readonly text: string; readonly keys: readonly RingKey[] } | undefined;
  const keysOf = (secrets: Secrets | KeyRing): readonly RingKey[] => {
    if (typeof secrets !== 'string') return ringOf(secrets).keysFor(scheme, verifying);
    if (last?.text !== secrets) last = { text: secrets, keys: ringOf(secrets).keysFor(scheme, verifying) };
    return last.keys;
  };
  return (resolved) => {
    if (resolved === undefined || resolved === null) throw noSecret(readsRequest);
    if (isTenantKeys(resolved) && resolved.secrets === undefined) throw noSecret(true);
    try {
      if (isTenantKeys(resolved))
        return { keys: keysOf(resolved.secrets), tenant: checkedTenant(resolved.tenant) };
      if (readsRequest) throw mustBe('secrets(request)', '`{ tenant, secrets }`', resolved, 'invalid_secret');
      return { keys: keysOf(resolved), tenant: undefined };
    } catch (cause) {
      throw unavailable('gave secrets that cannot be used', cause);
    }
  };
}

function ringOf(secrets: Secrets | KeyRing): KeyRing {
  return secrets instanceof KeyRing ? secrets : new KeyRing(secrets);
}

function isTenantKeys(resolved: Exclude<Resolved, undefined>): resolved is TenantKeys {
  return typeof resolved === 'object' && 'tenant' in resolved;
}

function checkedTenant(tenant: unknown): string {
  if (typeof tenant === 'string' && tenant !== '' && isWellFormed(tenant)) return tenant;
  throw mustBe('tenant', 'a text that is not empty', tenant, 'invalid_secret');
}

function unavailable(what: string, cause?: unknown): WebhookError {
  const detail = cause instanceof ConfigurationError ? `: ${cause.message}` : '';
  return new WebhookError('secrets_unavailable', `\`secrets\` ${what}${detail}`, { cause });
}

// Strangers can ask for a tenant that does not exist. A function that does not look at the request is the
// application's own: its error has a cause that only the application can mend.
function noSecret(readsRequest: boolean): WebhookError {
  const cause = new ConfigurationError('invalid_secret', '`secrets` gave nothing: is the variable set?');
  return new WebhookError(
    'no_key',
    '`secrets` gave no secret for this request',
    readsRequest ? {} : { cause },
  );
}
