import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Signature } from '../../src/crypto/port.js';
import { implementations, keyOf } from './implementations.js';

const SECRET = Buffer.from('a secret that is used in the tests');
const mac = (hash: string, encoding: 'hex' | 'base64') =>
  createHmac(hash, SECRET).update('text').digest(encoding);

const right: Signature = { algorithm: 'hmac-sha256', encoding: 'hex', value: mac('sha256', 'hex') };
const inBase64: Signature = { algorithm: 'hmac-sha256', encoding: 'base64', value: mac('sha256', 'base64') };
const wrong: Signature = {
  ...right,
  value: right.value.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
};
const wrongInBase64: Signature = { ...inBase64, value: Buffer.alloc(32).toString('base64') };

const CASES: readonly {
  readonly name: string;
  readonly signatures: readonly Signature[];
  readonly holds: boolean;
}[] = [
  { name: 'none', signatures: [], holds: false },
  { name: 'the right one alone', signatures: [right], holds: true },
  { name: 'the right one first', signatures: [right, wrong, wrong], holds: true },
  { name: 'the right one in the middle', signatures: [wrong, right, wrong], holds: true },
  { name: 'the right one last', signatures: [wrong, wrong, right], holds: true },
  { name: 'wrong ones only', signatures: [wrong, wrong, wrong], holds: false },
  { name: 'another encoding behind a wrong one', signatures: [wrong, inBase64], holds: true },
  { name: 'encodings in turn', signatures: [wrongInBase64, wrong, wrongInBase64, right], holds: true },
  {
    name: 'the right text in the wrong encoding',
    signatures: [{ ...right, encoding: 'base64' }],
    holds: false,
  },
  {
    name: 'the right one under another algorithm',
    signatures: [{ ...right, algorithm: 'hmac-sha512' }],
    holds: false,
  },
  { name: 'the right one under `token`', signatures: [{ ...right, algorithm: 'token' }], holds: false },
  {
    name: 'the MAC of a weaker hash under its own name',
    signatures: [{ algorithm: 'hmac-sha1', encoding: 'hex', value: mac('sha1', 'hex') }],
    holds: false,
  },
  {
    name: 'the MAC of a weaker hash under this name',
    signatures: [{ ...right, value: mac('sha1', 'hex') }],
    holds: false,
  },
  {
    name: 'another algorithm before the right one',
    signatures: [{ algorithm: 'ed25519', encoding: 'base64', value: 'AA==' }, right],
    holds: true,
  },
];

describe.each(implementations)('several signatures in one call, by $name', ({ crypto }) => {
  it.each(CASES)('$name: $holds', async ({ signatures, holds }) => {
    const key = await keyOf(crypto, 'hmac-sha256', SECRET);
    expect(await key.verify(['text'], signatures)).toBe(holds);
  });
});
