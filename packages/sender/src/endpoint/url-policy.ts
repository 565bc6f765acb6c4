import { inputFault, invalidInput } from '../errors/invalid-input.js';
import { literalAddress } from '../transport/address-policy.js';

const MAX_URL_LENGTH = 2048;
const HIGH_PORTS = { from: 1024, to: 65_535 };

/** A port, or a range of them, both ends included. */
export type AllowedPort = number | { readonly from: number; readonly to: number };

/** Ports that are allowed unless a sender says otherwise: those of HTTP, and those that no privilege guards. */
export const DEFAULT_PORTS: readonly AllowedPort[] = [443, 80, HIGH_PORTS];

/** Which URLs a sender posts to. */
export interface UrlPolicy {
  readonly allowHttp: boolean;
  /** Names that stand for this machine or its network are allowed. */
  readonly allowLocalNames: boolean;
  readonly allowedPorts: readonly AllowedPort[];
  readonly allowsAddress: (address: string) => boolean;
}

/**
 * The URL of an endpoint, or `invalid_input` for one that the policy forbids. What a name resolves to is decided later,
 * at the moment of connecting.
 */
export function urlOf(text: unknown, policy: UrlPolicy): URL {
  if (typeof text !== 'string' || text.length > MAX_URL_LENGTH) {
    throw invalidInput('url', `a URL of at most ${MAX_URL_LENGTH} characters`, text);
  }
  const url = URL.parse(text);
  if (url === null) throw inputFault('url', 'must be an absolute URL such as `https://example.com/webhooks`');
  const problem = problemOf(url, policy);
  if (problem !== undefined) throw inputFault('url', problem);
  return url;
}

function problemOf(url: URL, policy: UrlPolicy): string | undefined {
  if (url.protocol !== 'https:' && !(policy.allowHttp && url.protocol === 'http:')) {
    if (url.protocol !== 'http:') return 'must begin with `https://`';
    const isPublic = hostProblem(url.hostname, policy) === undefined;
    return `must begin with \`https://\`: \`http://\` needs \`allowHttp\`${isPublic ? '' : ', and this host `allowPrivateNetworks`'}`;
  }
  if (url.username !== '' || url.password !== '') return 'must have no credentials: use `headers`';
  if (url.hash !== '') return 'must have no fragment: it is never sent';
  const port = portOf(url);
  if (!policy.allowedPorts.some((allowed) => includesPort(allowed, port))) {
    return `has port ${port}, which \`allowedPorts\` does not include`;
  }
  return hostProblem(url.hostname, policy);
}

function hostProblem(hostname: string, policy: UrlPolicy): string | undefined {
  const address = literalAddress(hostname);
  if (address !== undefined) {
    return policy.allowsAddress(address)
      ? undefined
      : 'has an address that is not on the public Internet: it needs `allowPrivateNetworks`, which metadata services never get';
  }
  if (!policy.allowLocalNames && isLocalName(hostname)) {
    return 'has a name of the local network: it needs `allowPrivateNetworks`';
  }
  return undefined;
}

// Names that are kept for machines and networks (RFC 6761, RFC 6762, RFC 8375; `.internal` by ICANN), or have no dot.
function isLocalName(hostname: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return !name.includes('.') || /\.(?:localhost|local|internal|home\.arpa)$/.test(name);
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
}

function includesPort(allowed: AllowedPort, port: number): boolean {
  return typeof allowed === 'number' ? allowed === port : allowed.from <= port && port <= allowed.to;
}
