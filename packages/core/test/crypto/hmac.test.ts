import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import rfc2202 from '../../../../test/vectors/hmac-rfc2202.json' with { type: 'json' };
import rfc4231 from '../../../../test/vectors/hmac-rfc4231.json' with { type: 'json' };
import type { Algorithm, ContentPart, SignatureEncoding } from '../../src/crypto/port.js';
import { fromHex, implementations, keyOf } from './implementations.js';

const ALGORITHMS: Record<string, Algorithm> = {
  'hmac-sha1': 'hmac-sha1',
  'hmac-sha256': 'hmac-sha256',
  'hmac-sha512': 'hmac-sha512',
};
const vectors = [rfc2202, rfc4231].flatMap(({ source, vectors: list }) =>
  list.map((vector) => ({ ...vector, source, algorithm: ALGORITHMS[vector.algorithm] ?? 'token' })),
);
const ENCODINGS = ['hex', 'base64', 'base64url'] as const satisfies readonly SignatureEncoding[];
const SECRET = Buffer.from('a secret that is used in the tests');

describe.each(implementations)('HMAC by $name', ({ crypto }) => {
  it.each(vectors)('$source, $name, $algorithm', async ({ algorithm, key, data, mac }) => {
    const prepared = await keyOf(crypto, algorithm, fromHex(key));
    const content = [fromHex(data)];
    const full = await prepared.sign(content, 'hex');
    expect(full.slice(0, mac.length)).toBe(mac);
    const isTruncated = full.length !== mac.length;
    expect(await prepared.verify(content, [{ algorithm, encoding: 'hex', value: mac }])).toBe(!isTruncated);
  });

  it('checks every vector of both documents', () => {
    expect(vectors).toHaveLength(21);
    expect(vectors.every(({ algorithm }) => algorithm !== 'token')).toBe(true);
  });

  it.each(ENCODINGS)('writes and verifies %s', async (encoding) => {
    const key = await keyOf(crypto, 'hmac-sha256', SECRET);
    const expected = createHmac('sha256', SECRET).update('text').digest(encoding);
    expect(await key.sign(['text'], encoding)).toBe(expected);
    expect(await key.verify(['text'], [{ algorithm: 'hmac-sha256', encoding, value: expected }])).toBe(true);
    expect(await key.verify(['test'], [{ algorithm: 'hmac-sha256', encoding, value: expected }])).toBe(false);
  });

  it.each<{ name: string; parts: readonly ContentPart[]; whole: string | Uint8Array }>([
    { name: 'no part at all', parts: [], whole: '' },
    { name: 'texts', parts: ['a', '', 'b'], whole: 'ab' },
    { name: 'texts as UTF-8', parts: ['é😀', ' '], whole: Buffer.from('é😀 ') },
    { name: 'bytes that are no UTF-8', parts: [fromHex('22ff'), 'x'], whole: fromHex('22ff78') },
    {
      name: 'replacement patterns as they stand',
      parts: ['$&', Buffer.from('$$ $` $1')],
      whole: '$&$$ $` $1',
    },
    {
      name: 'a digest in hex',
      parts: ['a.', { sha256Hex: Buffer.from('body') }],
      whole: `a.${createHash('sha256').update('body').digest('hex')}`,
    },
  ])('signs $name one behind the other', async ({ parts, whole }) => {
    const key = await keyOf(crypto, 'hmac-sha256', SECRET);
    const value = createHmac('sha256', SECRET).update(whole).digest('hex');
    expect(await key.sign(parts, 'hex')).toBe(value);
    expect(await key.verify(parts, [{ algorithm: 'hmac-sha256', encoding: 'hex', value }])).toBe(true);
  });

  it('takes only the bytes of a view, not those of the buffer behind it', async () => {
    const whole = Buffer.concat([Buffer.from('before'), SECRET, Buffer.from('after')]);
    const view = new Uint8Array(whole.buffer, whole.byteOffset + 6, SECRET.length);
    const key = await keyOf(crypto, 'hmac-sha256', view);
    const expected = createHmac('sha256', SECRET).update(SECRET).digest('hex');
    expect(await key.sign([view], 'hex')).toBe(expected);
  });

  it('copies the secret: bytes that change later change nothing', async () => {
    const bytes = Uint8Array.from(SECRET);
    const key = await keyOf(crypto, 'hmac-sha256', bytes);
    bytes.fill(0);
    expect(await key.sign(['text'], 'hex')).toBe(createHmac('sha256', SECRET).update('text').digest('hex'));
  });

  it('digests lazily or not, the same', async () => {
    const digest = await crypto.digestHex(() => ['a', Buffer.from('bc')]);
    expect(digest()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(digest()).toBe(digest());
  });

  it('makes random bytes of the length asked for', () => {
    expect(crypto.randomBytes(32)).toHaveLength(32);
    expect(crypto.randomBytes(32)).not.toEqual(crypto.randomBytes(32));
  });
});
