import { mustBe } from '@countersign/core/strict';
import { trusting } from './authorities.js';
import { type Dial, directDial } from './dial.js';
import { IdleConnections } from './idle-connections.js';
import type { PoolSettings } from './origin-pool.js';
import { readProxy } from './proxy.js';
import { type Resolve, systemResolve } from './resolve.js';
import { SharedResolutions } from './shared-resolutions.js';
import { tunnelDial } from './tunnel.js';

/** Options of {@link httpTransport}. */
export interface HttpTransportOptions {
  /**
   * How many connections to one origin there are at most; further exchanges wait, and their deadlines run. Default: no
   * limit, because a sender bounds its exchanges itself, and endpoints that share an origin must not wait for each other.
   */
  readonly connectionsPerOrigin?: number | undefined;
  /** How many connections, to all origins together, are kept open while they are in no use. Default 256. */
  readonly maxIdleConnections?: number | undefined;
  /**
   * The addresses of a name; asked for each new connection, once for all that ask at the same time. Default: the name
   * servers of the system, and its own lookup (hosts file, search domains) for names that they do not know.
   */
  readonly resolve?: Resolve | undefined;
  /**
   * A proxy, as `http://user:password@proxy.internal:3128` or with `https:`. Every connection goes through it by
   * CONNECT, and it decides which addresses names may have: the sender's policy sees none but those in URLs.
   */
  readonly proxy?: string | URL | undefined;
  /** Certificates of authorities, in PEM, that are trusted beside those that every Node.js trusts. Default: none. */
  readonly tls?: { readonly ca?: string | readonly string[] | undefined } | undefined;
}

const MAX_IDLE_CONNECTIONS = 256;

/** Throws a `ConfigurationError` for what cannot be used. */
export function readSettings(options: HttpTransportOptions): PoolSettings {
  const { connectionsPerOrigin = Number.POSITIVE_INFINITY, maxIdleConnections = MAX_IDLE_CONNECTIONS } =
    options;
  return {
    dial: readDial(options),
    connectionsPerOrigin: countOf('connectionsPerOrigin', connectionsPerOrigin, 1),
    idle: new IdleConnections(countOf('maxIdleConnections', maxIdleConnections, 0)),
  };
}

function countOf(field: string, value: unknown, minimum: number): number {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= minimum))
    return Number(value);
  throw mustBe(field, `a whole number >= ${minimum}`, value);
}

function readDial({ resolve = systemResolve(), proxy, tls }: HttpTransportOptions): Dial {
  if (typeof resolve !== 'function') throw mustBe('resolve', 'a function', resolve);
  const tools = {
    resolutions: new SharedResolutions(resolve),
    secureContext: trusting(tls?.ca ?? []),
  };
  return proxy === undefined ? directDial(tools) : tunnelDial(readProxy(proxy), tools);
}
