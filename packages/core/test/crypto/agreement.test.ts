import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Algorithm, ContentPart, KeyMaterial } from '../../src/crypto/port.js';
import { fromHex, implementations, keyOf, node, web } from './implementations.js';

const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const SECRET = Buffer.from('Never-show-this-secret-anywhere!');

const SIGNERS: readonly { algorithm: Algorithm; bytes: Uint8Array; use: KeyMaterial['use'] }[] = [
  { algorithm: 'hmac-sha1', bytes: SECRET, use: 'both' },
  { algorithm: 'hmac-sha256', bytes: SECRET, use: 'both' },
  { algorithm: 'hmac-sha256', bytes: Buffer.alloc(200, 1), use: 'sign' },
  { algorithm: 'hmac-sha512', bytes: SECRET, use: 'both' },
  { algorithm: 'ed25519', bytes: fromHex(SEED + PUBLIC), use: 'sign' },
];

const CONTENTS: Record<string, readonly ContentPart[]> = {
  nothing: [],
  'an empty text': [''],
  text: ['msg_1.1700000000.{"a":1}'],
  'text and bytes': ['msg_1.', fromHex('00ff22'), '.é😀'],
  'a byte order mark': ['\ufeff', Buffer.from('\ufeff{}')],
  'an unpaired surrogate': ['a\ud800b'],
  'a digest': [{ sha256Hex: Buffer.from('body') }, '.', { sha256Hex: Buffer.alloc(0) }],
  'much of it': [Buffer.alloc(100_000, 0xa5)],
};

const ENCODINGS = ['hex', 'base64', 'base64url'] as const;
const CASES = SIGNERS.flatMap((signer) =>
  Object.entries(CONTENTS).map(([name, content]) => ({ ...signer, name, content })),
);

describe('both implementations', () => {
  it.each(CASES)('sign $name with $algorithm alike', async ({ algorithm, bytes, use, content }) => {
    const [ours, theirs] = [
      await keyOf(node, algorithm, bytes, use),
      await keyOf(web, algorithm, bytes, use),
    ];
    for (const encoding of ENCODINGS) {
      const text = await ours.sign(content, encoding);
      expect(text).not.toBe('');
      expect(await theirs.sign(content, encoding)).toBe(text);
    }
  });

  it.each(Object.entries(CONTENTS))('digest %s alike', async (_name, content) => {
    expect((await web.digestHex(() => content))()).toBe((await node.digestHex(() => content))());
  });

  it('derive the same public key', async () => {
    const [ours, theirs] = [
      await node.ed25519PublicKey(fromHex(SEED)),
      await web.ed25519PublicKey(fromHex(SEED)),
    ];
    expect(Buffer.from(theirs).toString('hex')).toBe(Buffer.from(ours).toString('hex'));
  });

  it.each(['hex', 'base64', 'base64url'] as const)(
    'verify each other’s signatures in %s',
    async (encoding) => {
      for (const [signer, verifier] of [[node, web] as const, [web, node] as const]) {
        const value = await (await keyOf(signer, 'hmac-sha256', SECRET)).sign(['text'], encoding);
        const key = await keyOf(verifier, 'hmac-sha256', SECRET);
        expect(await key.verify(['text'], [{ algorithm: 'hmac-sha256', encoding, value }])).toBe(true);
      }
    },
  );
});

const KEPT: readonly { algorithm: Algorithm; use: KeyMaterial['use']; bytes: Uint8Array }[] = [
  { algorithm: 'hmac-sha256', use: 'both', bytes: SECRET },
  { algorithm: 'token', use: 'both', bytes: SECRET },
  { algorithm: 'ed25519', use: 'sign', bytes: fromHex(SEED + PUBLIC) },
];

describe.each(implementations)('keys of $name', ({ crypto }) => {
  it.each(KEPT)('of $algorithm show nothing of themselves', async ({ algorithm, bytes, use }) => {
    const key = await keyOf(crypto, algorithm, bytes, use);
    await key.sign(['x'], 'hex');
    const shown = [
      inspect(key, { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null }),
      JSON.stringify(key),
      Object.values(key).map(String).join(),
    ].join('\n');
    const secret = Buffer.from(bytes).subarray(0, 32);
    const writings = [
      ...(['hex', 'base64', 'base64url', 'latin1'] as const).map((encoding) => secret.toString(encoding)),
      [...secret].join(),
      [...secret].join(', '),
      inspect(secret),
    ];
    for (const writing of writings) expect(shown).not.toContain(writing);
    expect(Object.keys(key).sort()).toEqual(['algorithm', 'sign', 'use', 'verify']);
  });
});
