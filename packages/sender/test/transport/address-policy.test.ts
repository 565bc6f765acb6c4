import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { addressPolicy } from '../../src/transport/address-policy.js';

const byDefault = addressPolicy();
const inDevelopment = addressPolicy({ allowPrivateNetworks: true });
const everything = addressPolicy({ allowPrivateNetworks: ['0.0.0.0/0', '::/0'] });

const bytesOf = (text: string): bigint =>
  ipaddr
    .parse(text)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

function addressOf(value: bigint, length: 4 | 16): string {
  const bytes = Array.from({ length }, (_, at) => Number((value >> BigInt(8 * (length - 1 - at))) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}

/** First, last and middle of a network, and a few between; the neighbours before and behind it. */
function around(network: string): { inside: readonly string[]; before: string; behind: string } {
  const [address = '', bits = ''] = network.split('/');
  const length = address.includes(':') ? 16 : 4;
  const first = bytesOf(address);
  const size = 1n << BigInt(8 * length - Number(bits));
  const offsets = [0n, 1n, size / 3n, size / 2n, (size * 2n) / 3n, size - 2n, size - 1n];
  const inside = offsets.filter((offset) => offset >= 0n && offset < size);
  const space = 1n << BigInt(8 * length);
  return {
    inside: inside.map((offset) => addressOf(first + offset, length)),
    before: addressOf((first - 1n + space) % space, length),
    behind: addressOf((first + size) % space, length),
  };
}

type Neighbours = { before?: boolean; behind?: boolean };

/** Special networks, and whether the addresses next to them are public. */
const special: readonly (readonly [network: string, neighbours: Neighbours])[] = [
  ['0.0.0.0/8', { behind: true }],
  ['10.0.0.0/8', { before: true, behind: true }],
  ['100.64.0.0/10', { before: true, behind: true }],
  ['127.0.0.0/8', { before: true, behind: true }],
  ['169.254.0.0/16', { before: true, behind: true }],
  ['172.16.0.0/12', { before: true, behind: true }],
  ['192.0.0.0/24', { before: true, behind: true }],
  ['192.0.2.0/24', { before: true, behind: true }],
  ['192.88.99.0/24', { before: true, behind: true }],
  ['192.168.0.0/16', { before: true, behind: true }],
  ['198.18.0.0/15', { before: true, behind: true }],
  ['198.51.100.0/24', { before: true, behind: true }],
  ['203.0.113.0/24', { before: true, behind: true }],
  ['224.0.0.0/4', { before: true }],
  ['240.0.0.0/4', {}],
  ['255.255.255.255/32', {}],
  ['168.63.129.16/32', { before: true, behind: true }],
  ['::/3', { behind: true }],
  ['4000::/2', { before: true }],
  ['8000::/1', {}],
  ['::/128', {}],
  ['::1/128', {}],
  ['::/96', {}],
  ['::ffff:0:0/96', {}],
  ['::ffff:0:0:0/96', {}],
  ['64:ff9b::/96', {}],
  ['64:ff9b:1::/48', {}],
  ['100::/64', {}],
  ['2001::/32', { before: true }],
  ['2001::/23', { before: true, behind: true }],
  ['2001:db8::/32', { before: true, behind: true }],
  ['2002::/16', { before: true, behind: true }],
  ['3fff::/20', { before: true, behind: true }],
  ['5f00::/16', {}],
  ['fc00::/7', {}],
  ['fe80::/10', {}],
  ['fec0::/10', {}],
  ['ff00::/8', {}],
];

describe('by default no special address is allowed, and the public ones next to it are', () => {
  for (const [network, neighbours] of special) {
    test(network, () => {
      const { inside, before, behind } = around(network);
      expect(inside.filter(byDefault)).toEqual([]);
      expect(byDefault(before), before).toBe(neighbours.before ?? false);
      expect(byDefault(behind), behind).toBe(neighbours.behind ?? false);
    });
  }
});

test('by default public addresses of both families are allowed', () => {
  const addresses = ['1.1.1.1', '8.8.8.8', '93.184.215.14', '223.255.255.255', '2606:4700::6810:84e5'];
  expect(addresses.filter((address) => !byDefault(address))).toEqual([]);
  expect(['2000::', '2a00:1450:4001:80b::200e', '3ffe:ffff:ffff::1'].every(byDefault)).toBe(true);
});

describe('`true` opens private networks', () => {
  for (const network of [
    '127.0.0.0/8',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '::1/128',
    'fc00::/7',
  ]) {
    test(network, () => {
      expect(around(network).inside.filter((address) => !inDevelopment(address))).toEqual([]);
    });
  }

  test('100.64.0.0/10, but not the metadata in it', () => {
    expect(around('100.64.0.0/10').inside.filter((address) => !inDevelopment(address))).toEqual([]);
    expect(inDevelopment('100.100.100.199')).toBe(true);
    expect(inDevelopment('100.100.100.200')).toBe(false);
  });

  test('and nothing else', () => {
    for (const network of ['192.0.2.0/24', '198.18.0.0/15', '203.0.113.0/24', '2001:db8::/32', '100::/64']) {
      expect(around(network).inside.filter(inDevelopment), network).toEqual([]);
    }
  });

  test('the public addresses stay allowed', () => {
    expect(['8.8.8.8', '2606:4700::1111'].every(inDevelopment)).toBe(true);
  });
});

describe('nothing opens', () => {
  const never = [
    '0.0.0.0/8',
    '169.254.0.0/16',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '255.255.255.255/32',
    '100.100.100.200/32',
    '168.63.129.16/32',
    '192.0.0.192/32',
    '::/128',
    'fe80::/10',
    'ff00::/8',
    'fd00:42::42/128',
    'fd00:ec2::/32',
    'fd20:ce::254/128',
  ];
  for (const network of never) {
    test(network, () => {
      const { inside } = around(network);
      expect(inside.filter(inDevelopment)).toEqual([]);
      expect(inside.filter(everything)).toEqual([]);
      expect(inside.filter(addressPolicy({ allowPrivateNetworks: [network] }))).toEqual([]);
    });
  }

  test('an IPv6 address that is made of an IPv4 one', () => {
    const embedding = [
      '::127.0.0.1',
      '::7f00:1',
      '::8.8.8.8',
      '::ffff:0:127.0.0.1',
      '::ffff:0:8.8.8.8',
      '64:ff9b::127.0.0.1',
      '64:ff9b::8.8.8.8',
      '64:ff9b:1::a00:1',
      '2002:7f00:1::1',
      '2002:808:808::1',
      '2001:0:53aa:64c::f5ff:fffe',
      '2606:4700::5efe:10.0.0.1',
      '2606:4700::200:5efe:808:808',
    ];
    expect(embedding.filter(byDefault)).toEqual([]);
    expect(embedding.filter(inDevelopment)).toEqual([]);
    expect(embedding.filter(everything)).toEqual([]);
  });
});

describe('::ffff:a.b.c.d', () => {
  test('is refused by default, public or not, in both spellings', () => {
    expect(
      ['::ffff:8.8.8.8', '::ffff:808:808', '::ffff:127.0.0.1', '::ffff:7f00:1'].filter(byDefault),
    ).toEqual([]);
  });

  test('follows the IPv4 address that an option opens', () => {
    expect(inDevelopment('::ffff:127.0.0.1')).toBe(true);
    expect(inDevelopment('::ffff:a00:1')).toBe(true);
    expect(inDevelopment('::ffff:8.8.8.8')).toBe(false);
    const office = addressPolicy({ allowPrivateNetworks: ['10.20.0.0/16'] });
    expect(office('::ffff:10.20.0.1')).toBe(true);
    expect(office('::ffff:10.21.0.1')).toBe(false);
  });

  test('never carries what nothing opens', () => {
    const addresses = [
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe',
      '::ffff:0.0.0.0',
      '::ffff:100.100.100.200',
    ];
    expect(addresses.filter(inDevelopment)).toEqual([]);
    expect(addresses.filter(everything)).toEqual([]);
  });
});

describe('a list of networks', () => {
  test('opens these networks and no other', () => {
    const allows = addressPolicy({
      allowPrivateNetworks: ['10.20.0.0/16', 'fd12:3456::/32', '192.0.2.7/32'],
    });
    const open = ['10.20.0.0', '10.20.255.255', 'fd12:3456::1', 'fd12:3456:ffff::', '192.0.2.7', '8.8.8.8'];
    expect(open.filter((address) => !allows(address))).toEqual([]);
    const closed = [
      '10.19.255.255',
      '10.21.0.0',
      'fd12:3457::',
      '192.0.2.6',
      '192.0.2.8',
      '127.0.0.1',
      '::1',
    ];
    expect(closed.filter(allows)).toEqual([]);
  });

  test('may be empty', () => {
    expect(addressPolicy({ allowPrivateNetworks: [] })('127.0.0.1')).toBe(false);
  });

  test.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
    '10/8',
    '010.0.0.0/8',
    '0x0a000000/8',
    'fc00::/129',
    'fe80::%eth0/64',
    'localhost/8',
    '',
    10,
    null,
  ])('refuses %j', (item) => {
    const list = ['10.0.0.0/8', item] as readonly string[];
    expect(() => addressPolicy({ allowPrivateNetworks: list })).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        message: expect.stringMatching(/^`allowPrivateNetworks\[1\]` must be a network in CIDR notation/),
      }),
    );
  });

  test.each([
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['fd00::1/8', 'fd00::/8'],
    ['::ffff:10.0.0.1/104', '::ffff:a00:0/104'],
  ])('refuses %s, whose prefix has bits behind it, and says what was meant', (item, meant) => {
    expect(() => addressPolicy({ allowPrivateNetworks: [item] })).toThrow(
      `\`allowPrivateNetworks[0]\` must be a network without bits behind its prefix: \`${meant}\``,
    );
  });

  test('is true, false or a list', () => {
    expect(addressPolicy({ allowPrivateNetworks: false })('127.0.0.1')).toBe(false);
    const misuse: object = { allowPrivateNetworks: '10.0.0.0/8' };
    expect(() => addressPolicy(misuse)).toThrow(
      '`allowPrivateNetworks` must be true or a list of networks, got string',
    );
  });
});

test.each([
  '',
  ' ',
  'localhost',
  'example.com',
  '8.8.8.8 ',
  '8.8.8.8.',
  '8.8.8',
  '134744072',
  '0x08080808',
  '010.8.8.8',
  '８.8.8.8',
  '[2606:4700::1]',
  '2606:4700::1%eth0',
  '2606:4700::1%25eth0',
  '2606:4700:::1',
  '2606:4700::1::2',
  '8.8.8.8:443',
  '8.8.8.8/32',
])('%j is no address that could be allowed', (text) => {
  expect(byDefault(text)).toBe(false);
  expect(inDevelopment(text)).toBe(false);
  expect(everything(text)).toBe(false);
});

test('a verdict does not change with the number of addresses that were asked about', () => {
  for (let at = 0; at < 3000; at += 1) {
    expect(byDefault(`9.${at >> 8}.${at & 255}.1`)).toBe(true);
    expect(byDefault(`10.${at >> 8}.${at & 255}.1`)).toBe(false);
  }
  expect(byDefault('9.0.0.1')).toBe(true);
  expect(byDefault('10.0.0.1')).toBe(false);
});
