import { literalAddress } from './ip-address.js';

/** Where the connections of an origin lead. */
export interface Target {
  /** Scheme, host and port, as they tell connections apart. */
  readonly origin: string;
  readonly isSecure: boolean;
  /** A name, or an address without brackets. */
  readonly host: string;
  /** The host, where it is an address itself. */
  readonly literal: string | undefined;
  readonly port: number;
}

export function targetOf(url: URL): Target {
  const { origin, hostname, port } = url;
  const isSecure = url.protocol === 'https:';
  const literal = literalAddress(hostname);
  return { origin, isSecure, host: literal ?? hostname, literal, port: portOf(port, isSecure) };
}

function portOf(port: string, isSecure: boolean): number {
  if (port !== '') return Number(port);
  return isSecure ? 443 : 80;
}
