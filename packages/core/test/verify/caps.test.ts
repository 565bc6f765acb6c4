import { describe, expect, it } from 'vitest';
import { keyRing } from '../../src/keys/key-ring.js';
import type { WebhookHeaders } from '../../src/request/webhook-request.js';
import { delivery, SECRET, v1, verifierAtNow } from './deliveries.js';
import { misuse, refusal } from './refusal.js';

const resultOf = async (headers: WebhookHeaders): Promise<string> => {
  const verified = verifierAtNow().verify({ headers, body: delivery().body });
  return verified.then(
    () => 'accepted',
    async () => (await refusal(verified)).code,
  );
};
const withHeader = (name: string, value: string | readonly string[] | undefined) => ({
  ...delivery().headers,
  [name]: value,
});

describe('caps', () => {
  it('16 signature entries, known or not; the 17th is refused before any is compared', async () => {
    const fill = (count: number, entry: string) => `${`${entry} `.repeat(count)}${v1()}`;
    for (const entry of ['v1,AAAA', 'v9,AAAA']) {
      expect(await resultOf(withHeader('webhook-signature', fill(15, entry)))).toBe('accepted');
      expect(await resultOf(withHeader('webhook-signature', fill(16, entry)))).toBe('malformed_header');
    }
  });

  it('16 keys', async () => {
    const secrets = Array.from({ length: 15 }, (_, n) => `whsec_${Buffer.alloc(32, n).toString('base64')}`);
    const verifier = verifierAtNow({ secrets: [...secrets, SECRET] });
    expect((await verifier.verify(delivery())).keyId).toBe('k15');
    expect(() => keyRing([...secrets, SECRET, SECRET])).toThrow(
      '`secrets` must hold 1 to 16 secrets, got 17',
    );
  });

  it('header values of 4 KiB', async () => {
    const long = (length: number) => `${v1()} v9,${'a'.repeat(length - v1().length - 4)}`;
    expect(long(4096)).toHaveLength(4096);
    expect(await resultOf(withHeader('webhook-signature', long(4096)))).toBe('accepted');
    expect(await resultOf(withHeader('webhook-signature', long(4097)))).toBe('malformed_header');
    expect(await resultOf(withHeader('webhook-signature', long(1_000_000)))).toBe('malformed_header');
  });

  it('ids of visible ASCII up to 256 bytes without the scheme’s delimiter', async () => {
    const verify = (id: string) => resultOf(delivery({ id }).headers);
    expect(await verify('a'.repeat(256))).toBe('accepted');
    for (const id of ['a'.repeat(257), 'a.b', 'a b', 'a\tb', 'a\0', 'a\n', 'é', '\x7f', '']) {
      expect(await verify(id)).toBe('malformed_header');
    }
  });

  it('timestamps of at most 13 canonical digits', async () => {
    const verify = (timestamp: string) => resultOf(delivery({ timestamp }).headers);
    expect(await verify('9999999999999')).toBe('timestamp_too_new');
    for (const timestamp of [
      '10000000000000',
      '9'.repeat(400),
      '01768473000',
      '+1768473000',
      '-1',
      '1768473000.0',
      '17684730e2',
      ' 1768473000',
      '',
    ]) {
      expect(await verify(timestamp)).toBe('malformed_header');
    }
  });
});

describe('a security header stands once', () => {
  const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

  it.each(NAMES)('%s twice, even with the same value, is duplicate_header', async (name) => {
    const value = delivery().headers[name];
    expect(await resultOf(withHeader(name, [value, value]))).toBe('duplicate_header');
    expect(await resultOf({ ...delivery().headers, [name.toUpperCase()]: value })).toBe('duplicate_header');
  });

  it.each(NAMES)('%s joined into one by a proxy is malformed_header', async (name) => {
    const headers = new Headers(delivery().headers);
    headers.append(name, name === 'webhook-signature' ? 'v1,AAAA' : delivery().headers[name]);
    expect(headers.get(name)).toContain(', ');
    expect(await resultOf(headers)).toBe('malformed_header');
  });

  it.each(NAMES)('%s missing, undefined or an empty list is missing_header', async (name) => {
    expect(await resultOf(withHeader(name, undefined))).toBe('missing_header');
    expect(await resultOf(withHeader(name, []))).toBe('missing_header');
    const headers = new Headers(delivery().headers);
    headers.delete(name);
    expect(await resultOf(headers)).toBe('missing_header');
  });

  it.each(NAMES)('%s in a list of one is read', async (name) => {
    expect(await resultOf(withHeader(name, [delivery().headers[name]]))).toBe('accepted');
  });

  it.each(['\u00e9', '\n', '\0', '\t', '\x7f', '\u2028'])('%j in a value is malformed', async (character) => {
    for (const name of NAMES) {
      expect(await resultOf(withHeader(name, `${delivery().headers[name]}${character}`))).toBe(
        'malformed_header',
      );
    }
  });

  it.each(['\t', '\x7f', '\u00e9'])(
    '%j is malformed also in a part that nobody looks at',
    async (character) => {
      const value = `${v1()} v9,a${character}b`;
      expect(await resultOf(withHeader('webhook-signature', value))).toBe('malformed_header');
      expect(await resultOf(withHeader('webhook-signature', value.replace(character, '')))).toBe('accepted');
    },
  );

  it('headers of a prototype do not count', async () => {
    const inherited: Record<string, string> = Object.create(delivery().headers);
    expect(await resultOf(inherited)).toBe('missing_header');
  });
});

describe('what is no raw body is refused with an error that says how to mend it', () => {
  it.each([
    ['a parsed body', '{"type":"invoice.paid"}', 'Object'],
    ['a decoded body', '"text"', 'string'],
    ['nothing', 'null', 'null'],
  ])('%s', async (_name, json, kind) => {
    const error = await misuse(verifierAtNow().verify({ ...delivery(), body: JSON.parse(json) }));
    expect(error).toMatchObject({
      code: 'invalid_input',
      message: `\`body\` must be the raw bytes (Uint8Array), got ${kind}: a parsed or decoded body cannot be verified`,
    });
  });
});
