import { mustBe } from '@countersign/core/strict';
import { embeds, isNeverAllowed, isPrivate, isPublic, isWithin, mappedIPv4 } from './address-ranges.js';
import { readNetworks } from './allowed-networks.js';
import { type Address, parseAddress } from './ip-address.js';

export { literalAddress } from './ip-address.js';

/** Options of {@link addressPolicy}. */
export interface AddressPolicyOptions {
  /**
   * What is allowed beside the public Internet. `true`: loopback, RFC 1918, carrier-grade NAT (100.64.0.0/10) and
   * unique local addresses (fc00::/7), for development. A list: just these networks, as `10.20.0.0/16`. Neither opens
   * link-local or multicast addresses, 0.0.0.0/8, 240.0.0.0/4, or the addresses at which clouds hand out credentials.
   * Default: nothing.
   */
  readonly allowPrivateNetworks?: boolean | readonly string[] | undefined;
}

// An exchange asks about one of a few addresses that it asked about before.
const REMEMBERED = 1000;

/**
 * Which addresses a sender connects to: those of the public Internet, and what the options open. An IPv6 address made
 * of an IPv4 one is refused, whatever the options say; `::ffff:10.0.0.1` alone follows an IPv4 address that they open.
 * A text that is no address, or one with a zone, is refused. Throws a `ConfigurationError` for a network that is none.
 *
 * @example
 * const allowsAddress = addressPolicy({ allowPrivateNetworks: ['10.20.0.0/16'] });
 * allowsAddress('10.20.0.7'); // true
 * allowsAddress('127.0.0.1'); // false
 */
export function addressPolicy(options: AddressPolicyOptions = {}): (address: string) => boolean {
  const isOpened = openedBy(options.allowPrivateNetworks);
  const verdicts = new Map<string, boolean>();
  return (text) => {
    const known = verdicts.get(text);
    if (known !== undefined) return known;
    const verdict = allows(text, isOpened);
    if (verdicts.size >= REMEMBERED) verdicts.clear();
    verdicts.set(text, verdict);
    return verdict;
  };
}

function openedBy(option: unknown): (address: Address) => boolean {
  if (option === undefined || option === false) return () => false;
  if (option === true) return isPrivate;
  if (!Array.isArray(option)) throw mustBe('allowPrivateNetworks', 'true or a list of networks', option);
  const networks = readNetworks(option);
  return (address) => isWithin(address, networks);
}

function allows(text: string, isOpened: (address: Address) => boolean): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const mapped = mappedIPv4(address);
  if (mapped !== undefined) return isOpened(mapped) && !isNeverAllowed(mapped);
  if (embeds(address) || isNeverAllowed(address)) return false;
  return isPublic(address) || isOpened(address);
}
