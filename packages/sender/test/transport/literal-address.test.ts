import { describe, expect, test } from 'vitest';
import { literalAddress } from '../../src/transport/ip-address.js';

const hostOf = (host: string): string => new URL(`https://${host}/`).hostname;

describe('every spelling of an address in a URL is found', () => {
  test.each([
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '0x7F.0x0.0x0.0x1',
    '１２７.０.０.１',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
  ])('%s', (host) => {
    expect(literalAddress(hostOf(host))).toBe('127.0.0.1');
  });

  test.each([
    ['[::1]', '::1'],
    ['[0:0:0:0:0:0:0:1]', '::1'],
    ['[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['[::127.0.0.1]', '::7f00:1'],
    ['[64:FF9B::7F00:1]', '64:ff9b::7f00:1'],
    ['0', '0.0.0.0'],
    ['0x', '0.0.0.0'],
    ['1.1', '1.0.0.1'],
  ])('%s', (host, address) => {
    expect(literalAddress(hostOf(host))).toBe(address);
  });
});

describe('a name is none', () => {
  test.each(['localhost', 'localhost.', 'example.com', '127.0.0.1.example.com', '127.0.0.1..'])(
    '%s',
    (host) => {
      expect(literalAddress(hostOf(host))).toBeUndefined();
    },
  );
});

test('a URL takes no zone', () => {
  expect(() => hostOf('[fe80::1%25eth0]')).toThrow();
});
