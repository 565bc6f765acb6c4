import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';
import type { Address } from './ip-address.js';

/** A network: its first address and the length of its prefix. */
export type Network = readonly [address: Address, bits: number];

/** Whether an address lies in one of the networks; one of the other family never does. */
export function isWithin(address: Address, networks: readonly Network[]): boolean {
  return networks.some(([first, bits]) => first.kind() === address.kind() && address.match(first, bits));
}

/** Ranges in which a private network can be; the names are the library's. */
const PRIVATE: ReadonlySet<string> = new Set(['loopback', 'private', 'carrierGradeNat', 'uniqueLocal']);

/** Loopback, RFC 1918, carrier-grade NAT and unique local addresses. */
export function isPrivate(address: Address): boolean {
  return PRIVATE.has(address.range());
}

const NEVER: ReadonlySet<string> = new Set(['unspecified', 'linkLocal', 'multicast', 'broadcast']);

/** What answers with a machine's credentials, where its range does not tell, and 240.0.0.0/4. */
const NEVER_NETWORKS = [
  '240.0.0.0/4',
  '100.100.100.200/32', // Alibaba Cloud
  '168.63.129.16/32', // Azure: a public address
  '192.0.0.192/32', // Oracle Cloud
  'fd00:42::42/128', // Scaleway
  'fd00:ec2::/32', // AWS: its metadata, its pods' identities, its DNS
  'fd20:ce::254/128', // Google Cloud
].map((network) => ipaddr.parseCIDR(network));

/** What no option opens: unspecified, link-local, multicast, broadcast, reserved, and cloud metadata. */
export function isNeverAllowed(address: Address): boolean {
  return NEVER.has(address.range()) || isWithin(address, NEVER_NETWORKS);
}

const GLOBAL_UNICAST_6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address that embeds no other is of the public Internet: in no special range, for IPv6 in 2000::/3. */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST_6);
}

/** Ranges whose addresses carry an IPv4 one that something on the way may unpack. */
const EMBEDDING: ReadonlySet<string> = new Set(['ipv4Mapped', 'rfc6145', 'rfc6052', '6to4', 'teredo']);

const COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96');

/** Whether it is an IPv6 address made of an IPv4 one: mapped, translated, tunnelled, compatible or ISATAP. */
export function embeds(address: Address): boolean {
  if (!isIPv6(address)) return false;
  if (EMBEDDING.has(address.range()) || isIsatap(address)) return true;
  return address.match(COMPATIBLE) && address.range() !== 'loopback' && address.range() !== 'unspecified';
}

/** RFC 5214: an interface id of `0000:5efe` or `0200:5efe`, then the IPv4 address. */
function isIsatap({ parts }: IPv6): boolean {
  return parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200);
}

/** The IPv4 address of `::ffff:a.b.c.d`, which sockets take for that address itself. */
export function mappedIPv4(address: Address): IPv4 | undefined {
  return isIPv6(address) && address.isIPv4MappedAddress() ? address.toIPv4Address() : undefined;
}

function isIPv6(address: Address): address is IPv6 {
  return address.kind() === 'ipv6';
}
