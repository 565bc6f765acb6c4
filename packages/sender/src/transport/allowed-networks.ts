import { mustBe } from '@countersign/core/strict';
import ipaddr from 'ipaddr.js';
import { isWithin, type Network } from './address-ranges.js';
import { parseAddress } from './ip-address.js';

const OPTION = 'allowPrivateNetworks';
const CIDR = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/;

/** The networks of a list, each without bits behind its prefix. Throws a `ConfigurationError` that names the item. */
export function readNetworks(list: readonly unknown[]): readonly Network[] {
  return list.map((item, index) => readNetwork(item, `${OPTION}[${index}]`));
}

function readNetwork(item: unknown, field: string): Network {
  const network = typeof item === 'string' ? parseNetwork(item) : undefined;
  if (network === undefined) throw mustBe(field, 'a network in CIDR notation such as `10.0.0.0/8`', item);
  const first = firstAddress(network);
  if (!isWithin(network[0], [[first, first.kind() === 'ipv4' ? 32 : 128]])) {
    throw mustBe(field, `a network without bits behind its prefix: \`${first}/${network[1]}\``, item);
  }
  return network;
}

function parseNetwork(text: string): Network | undefined {
  const [, address = '', bits = ''] = CIDR.exec(text) ?? [];
  const parsed = parseAddress(address);
  if (parsed === undefined || Number(bits) > (parsed.kind() === 'ipv4' ? 32 : 128)) return undefined;
  return [parsed, Number(bits)];
}

function firstAddress([address, bits]: Network) {
  const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return family.networkAddressFromCIDR(`${address}/${bits}`);
}
