import { isIP } from 'node:net';
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';

/** An address as the library knows it. */
export type Address = IPv4 | IPv6;

/** The address that a text is, or `undefined`: no name, no zone, no spelling that other parsers read differently. */
export function parseAddress(text: string): Address | undefined {
  // The library also takes `0177.1`, zones and the like; the platform takes one spelling.
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  return ipaddr.parse(text.includes(':') && text.includes('.') ? withoutDots(text) : text);
}

/** `::a.b.c.d` in hexadecimal: with dots, the library takes it for `::ffff:a.b.c.d`, which is another address. */
function withoutDots(text: string): string {
  const tailAt = text.lastIndexOf(':') + 1;
  const mapped = ipaddr.IPv4.parse(text.slice(tailAt)).toIPv4MappedAddress().toNormalizedString();
  return text.slice(0, tailAt) + mapped.split(':').slice(-2).join(':');
}

/**
 * The address in the host of a URL, without its brackets; `undefined` where it is a name. `new URL` has already made
 * one spelling of `0x7f000001`, `2130706433`, `127.1` and full-width digits.
 *
 * @example
 * literalAddress(new URL('https://[2001:db8::1]/').hostname); // '2001:db8::1'
 */
export function literalAddress(hostname: string): string | undefined {
  const host = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  return isIP(host) === 0 ? undefined : host;
}
