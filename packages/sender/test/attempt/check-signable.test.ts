import { generateKeyPair, generateSecret, type Provider, standardWebhooks } from '@countersign/core';
import { github } from '@countersign/core/providers/github';
import { describe, expect, it, test } from 'vitest';
import { checkSignable } from '../../src/attempt/check-signable.js';
import { wireFormat } from '../../src/attempt/wire-format.js';
import { isSenderError, SenderError } from '../../src/errors/sender-error.js';
import { providers } from './providers.js';
import { NOW, recordOf, targetFor } from './targets.js';

const check = (text: string, provider: Provider, alsoSign: readonly Provider[] = []) =>
  checkSignable(recordOf([{ text }]), targetFor, wireFormat(provider, alsoSign), NOW);

async function refusalOf(text: string, provider: Provider, alsoSign: readonly Provider[] = []) {
  const error = await check(text, provider, alsoSign).catch((reason: unknown) => reason);
  if (isSenderError(error)) return error;
  throw new Error('not refused');
}

test.each(providers)('$name takes a generated secret', async (provider) => {
  await expect(check(generateSecret(), provider)).resolves.toBeUndefined();
});

test('standardWebhooks takes a private Ed25519 key', async () => {
  const { secret } = await generateKeyPair();
  await expect(check(secret, standardWebhooks)).resolves.toBeUndefined();
});

describe('a secret that cannot sign is refused, with the reason, and never quoted', () => {
  it.each([
    ['15-byte-sample!', github, 'at least 16 bytes, got 15'],
    ['', github, 'empty'],
    [' a-secret-with-space-around ', github, 'white space'],
    ['not base64 at all, sorry', standardWebhooks, 'base64'],
    ['whsec_c2hvcnQ=', standardWebhooks, 'at least 16 bytes'],
  ] as const)('%j', async (text, provider, reason) => {
    const error = await refusalOf(text, provider);
    expect(error).toMatchObject({ code: 'invalid_input', field: 'secret' });
    expect(error.message).toMatch(/^`secret`: /);
    expect(error.message).toContain(reason);
    if (text.trim() !== '') expect(error.message).not.toContain(text.trim());
  });

  it('a public key', async () => {
    const { publicKey } = await generateKeyPair();
    const error = await refusalOf(publicKey, standardWebhooks);
    expect(error.message).toContain('public key');
    expect(error.message).not.toContain(publicKey.slice(5));
  });

  it('for each of the providers that sign', async () => {
    const { secret } = await generateKeyPair();
    await expect(check(secret, standardWebhooks)).resolves.toBeUndefined();
    await expect(refusalOf(secret, standardWebhooks, [github])).resolves.toMatchObject({ field: 'secret' });
    await expect(refusalOf('plain-text-of-24-letters', github, [standardWebhooks])).resolves.toMatchObject({
      field: 'secret',
    });
  });
});

test('what has nothing to do with the secret is passed on as it is', async () => {
  const missing = new SenderError('encryption_key_missing', 'no key');
  const targetOf = () => {
    throw missing;
  };
  const checked = checkSignable(recordOf([{ text: '' }]), targetOf, wireFormat(github, []), NOW);
  await expect(checked).rejects.toBe(missing);
});
