import { describe, expect, test } from 'vitest';
import { crypto as node } from '../../src/crypto/node.js';
import { crypto as web } from '../../src/crypto/web.js';

describe.each([
  ['node:crypto', node],
  ['WebCrypto', web],
])('%s', (_platform, crypto) => {
  const key = crypto.prepareKey({ algorithm: 'hmac-sha256', bytes: new Uint8Array(32).fill(7), use: 'both' });

  test.each(['der-base64', 'text'] as const)('no MAC is written as %s', async (encoding) => {
    const refusal = expect.objectContaining({ name: 'ConfigurationError', code: 'unsupported_algorithm' });
    const signature = { algorithm: 'hmac-sha256', encoding, value: 'AAAA' } as const;
    await expect(async () => key.sign(['a'], encoding)).rejects.toEqual(refusal);
    await expect(async () => key.verify(['a'], [signature])).rejects.toEqual(refusal);
  });

  test('a signature of another kind is none of its business', async () => {
    const other = { algorithm: 'ecdsa-p256-sha256', encoding: 'der-base64', value: 'AAAA' } as const;
    expect(await key.verify(['a'], [other])).toBe(false);
  });
});
