import { lookup, promises } from 'node:dns';
import { codeOf } from './failures.js';

/**
 * The addresses of a name. Rejects where it has none. The signal ends when nobody waits for them any more.
 *
 * @example
 * const resolve: Resolve = async (hostname) => [await registry.addressOf(hostname)];
 */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/** What asks the name servers: a `Resolver` of `node:dns`. */
export interface NameServers {
  resolve4(hostname: string): Promise<readonly string[]>;
  resolve6(hostname: string): Promise<readonly string[]>;
  /** Ends all that it is asked. */
  cancel(): void;
}

/** What the operating system knows of a name. */
export type SystemLookup = (hostname: string) => Promise<readonly string[]>;

const LOOPBACK = ['127.0.0.1', '::1'];
const LOCALHOST = /(^|\.)localhost\.?$/i;

/** The name servers know nothing of a name, or there are none: a hosts file or a search domain may. */
const UNKNOWN: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']);

/**
 * Asks the name servers for both families at once; the system's own lookup, which keeps one of the process's few
 * threads busy for as long as it takes, only where they know nothing. Nothing is cached: that is a name server's work.
 */
export function systemResolve(
  servers: NameServers = nameServers(),
  systemLookup: SystemLookup = lookupAll,
): Resolve {
  const ask = cancelling(servers);
  return async (hostname, signal) => {
    if (LOCALHOST.test(hostname)) return LOOPBACK;
    const answers = await ask(hostname, signal);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const reasons = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    const known = reasons.find((reason) => !UNKNOWN.has(codeOf(reason)));
    if (known !== undefined) throw known;
    return systemLookup(hostname);
  };
}

/** Name servers can end all questions or none: what nobody waits for is ended when nobody waits for anything. */
function cancelling(servers: NameServers) {
  const waiting = new Set<AbortSignal>();
  const leave = (signal: AbortSignal): void => {
    waiting.delete(signal);
    if (waiting.size === 0) servers.cancel();
  };
  return async (hostname: string, signal: AbortSignal) => {
    const onLeave = (): void => leave(signal);
    waiting.add(signal);
    signal.addEventListener('abort', onLeave, { once: true });
    const answers = await Promise.allSettled([servers.resolve4(hostname), servers.resolve6(hostname)]);
    signal.removeEventListener('abort', onLeave);
    leave(signal);
    return answers;
  };
}

/** 1.5 s for the first try, twice as long for each further one: a slow server is no lost delivery. */
function nameServers(): NameServers {
  return new promises.Resolver({ timeout: 1500, tries: 3 });
}

function lookupAll(hostname: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true, order: 'ipv4first' }, (error, found) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(error);
    });
  });
}
