import { type BinaryToTextEncoding, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonEnvelope } from '../../src/envelope/json-envelope.js';
import type { Provider } from '../../src/provider/provider.js';
import { hmacScheme } from '../../src/scheme/hmac-scheme.js';
import type { Scheme } from '../../src/scheme/port.js';
import { sign } from '../../src/sign/sign.js';
import { createVerifier, type VerifierInput } from '../../src/verify/create-verifier.js';
import { refusal } from '../verify/refusal.js';

const SECRET = 'a secret that is used as it stands';
const BODY = Buffer.from('{"type":"ping","emoji":"😀"}');
const TIME = new Date('2026-01-15T10:30:00.250Z');
const SECONDS = '1768473000';

const mac = (
  content: string,
  encoding: BinaryToTextEncoding = 'hex',
  hash = 'sha256',
  key: string | Buffer = SECRET,
) => createHmac(hash, key).update(content).update(BODY).digest(encoding);

interface Case {
  readonly name: string;
  readonly scheme: Scheme;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret?: string;
  readonly id?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'one signature over the body',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'X-Signature', encoding: 'hex' },
    }),
    headers: { 'x-signature': mac('') },
  },
  {
    name: 'a prefix',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'x-signature', encoding: 'hex', prefix: 'sha256=' },
    }),
    headers: { 'x-signature': `sha256=${mac('')}` },
  },
  {
    name: 'base64',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'x-signature', encoding: 'base64' },
    }),
    headers: { 'x-signature': mac('', 'base64') },
  },
  {
    name: 'base64url',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'x-signature', encoding: 'base64url' },
    }),
    headers: { 'x-signature': mac('', 'base64url') },
  },
  {
    name: 'SHA-1',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      algorithm: 'hmac-sha1',
    }),
    headers: { 'x-signature': mac('', 'hex', 'sha1') },
  },
  {
    name: 'SHA-512',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'x-signature', encoding: 'base64' },
      algorithm: 'hmac-sha512',
    }),
    headers: { 'x-signature': mac('', 'base64', 'sha512') },
  },
  {
    name: 'id and time in headers',
    scheme: hmacScheme({
      name: 'acme',
      content: '{id}.{timestamp}.{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      id: { header: 'X-Id' },
      timestamp: { header: 'X-Time' },
    }),
    id: 'msg_1',
    headers: { 'x-signature': mac(`msg_1.${SECONDS}.`), 'x-id': 'msg_1', 'x-time': SECONDS },
  },
  {
    name: 'milliseconds',
    scheme: hmacScheme({
      name: 'acme',
      content: '{timestamp}:{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      timestamp: { header: 'x-time', unit: 'milliseconds' },
    }),
    headers: { 'x-signature': mac(`${SECONDS}250:`), 'x-time': `${SECONDS}250` },
  },
  {
    name: 'an ISO time',
    scheme: hmacScheme({
      name: 'acme',
      content: '{timestamp}{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      timestamp: { header: 'x-time', unit: 'iso' },
    }),
    headers: { 'x-signature': mac('2026-01-15T10:30:00.250Z'), 'x-time': '2026-01-15T10:30:00.250Z' },
  },
  {
    name: 'a list with the time in it',
    scheme: hmacScheme({
      name: 'acme',
      content: '{timestamp}.{body}',
      signature: { header: 'x-signature', encoding: 'hex', list: { key: 'v1' } },
      timestamp: { listKey: 't' },
    }),
    headers: { 'x-signature': `t=${SECONDS},v1=${mac(`${SECONDS}.`)}` },
  },
  {
    name: 'a list with semicolons, and milliseconds in it',
    scheme: hmacScheme({
      name: 'acme',
      content: '{timestamp}:{body}',
      signature: { header: 'x-signature', encoding: 'hex', list: { key: 'h1', separator: ';' } },
      timestamp: { listKey: 'ts', unit: 'milliseconds' },
    }),
    headers: { 'x-signature': `ts=${SECONDS}250;h1=${mac(`${SECONDS}250:`)}` },
  },
  {
    name: 'a list of signatures beside a header with the time',
    scheme: hmacScheme({
      name: 'acme',
      content: '{timestamp}.{body}',
      signature: { header: 'x-signature', encoding: 'base64', prefix: 'hmac-', list: { key: 'v1' } },
      timestamp: { header: 'x-time' },
    }),
    headers: { 'x-signature': `v1=hmac-${mac(`${SECONDS}.`, 'base64')}`, 'x-time': SECONDS },
  },
  {
    name: 'method and configured URL',
    scheme: hmacScheme({
      name: 'acme',
      content: '{method}{url}{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      publicUrl: 'https://example.com/hook?a=1',
    }),
    headers: { 'x-signature': mac('POSThttps://example.com/hook?a=1') },
  },
  {
    name: 'a secret in hex',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      secretEncoding: 'hex',
    }),
    secret: '000102030405060708090a0b0c0d0e0f',
    headers: {
      'x-signature': mac('', 'hex', 'sha256', Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')),
    },
  },
  {
    name: 'a secret in base64',
    scheme: hmacScheme({
      name: 'acme',
      content: '{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      secretEncoding: 'base64',
    }),
    secret: 'AAECAwQFBgcICQoLDA0ODw==',
    headers: { 'x-signature': mac('', 'hex', 'sha256', Buffer.from('AAECAwQFBgcICQoLDA0ODw==', 'base64')) },
  },
];

function providerOf(scheme: Scheme): Provider {
  return { name: scheme.name, scheme, envelope: jsonEnvelope({ fields: { type: { body: 'type' } } }) };
}

function verify(scheme: Scheme, input: Partial<VerifierInput>, secrets: string = SECRET) {
  const verifier = createVerifier({ provider: providerOf(scheme), secrets, now: () => TIME.getTime() });
  return verifier.verify({ headers: {}, body: BODY, ...input });
}

describe.each(CASES)('hmacScheme with $name', ({ scheme, headers, secret = SECRET, id }) => {
  it('signs what the options say', async () => {
    const signed = await sign({ id, timestamp: TIME, body: BODY }, { provider: providerOf(scheme), secret });
    expect(signed).toEqual({ headers, body: BODY });
    expect([...scheme.headers].sort()).toEqual(Object.keys(headers).sort());
  });

  it('verifies what another program signed', async () => {
    const delivery = await verify(scheme, { headers }, secret);
    expect(delivery.body).toEqual(BODY);
    expect(delivery.keyId).toBe('k0');
  });

  it.each(Object.keys(headers))('refuses a request without %s', async (name) => {
    const error = await refusal(verify(scheme, { headers: { ...headers, [name]: undefined } }, secret));
    expect(error).toMatchObject({ code: 'missing_header', message: `header \`${name}\` is missing` });
  });

  it.each(Object.keys(headers))('refuses %s when it stands twice', async (name) => {
    const value = headers[name] ?? '';
    const error = await refusal(verify(scheme, { headers: { ...headers, [name]: [value, value] } }, secret));
    expect(error.code).toBe('duplicate_header');
  });

  it('refuses another body and another secret', async () => {
    const other = Buffer.from(BODY.toString().replace('ping', 'pong'));
    expect((await refusal(verify(scheme, { headers, body: other }, secret))).code).toBe('signature_mismatch');
    const wrong = secret.replace(/.$/, (last) => (last === '=' ? '=' : '0')).replace(/^./, '1');
    expect((await refusal(verify(scheme, { headers }, wrong))).code).toBe('signature_mismatch');
  });
});

describe('hmacScheme', () => {
  const prefixed = hmacScheme({
    name: 'acme',
    content: '{body}',
    signature: { header: 'x-signature', encoding: 'hex', prefix: 'sha256=' },
  });

  it.each(['', 'sha256=', mac(''), `SHA256=${mac('')}`, ` sha256=${mac('')}`, `sha1=${mac('')}`])(
    'refuses the signature %j where a prefix is required',
    async (value) => {
      const error = await refusal(verify(prefixed, { headers: { 'x-signature': value } }));
      expect(error).toMatchObject({
        code: 'malformed_header',
        message: 'header `x-signature` must be `sha256=` and a signature',
      });
    },
  );

  const withId = hmacScheme({
    name: 'acme',
    content: '{id}::{body}',
    signature: { header: 'x-signature', encoding: 'hex' },
    id: { header: 'x-id' },
  });

  it.each([
    ['the delimiter', 'a::b'],
    ['nothing', ''],
    ['white space', 'a b'],
    ['257 characters', 'a'.repeat(257)],
  ])('refuses an id with %s', async (_name, id) => {
    const headers = { 'x-signature': mac(`${id}::`), 'x-id': id };
    const error = await refusal(verify(withId, { headers }));
    expect(error).toMatchObject({
      code: 'malformed_header',
      message: 'header `x-id` must be 1 to 256 visible ASCII characters without `::`',
    });
  });

  it('accepts an id with a part of the delimiter, and one of 256 characters', async () => {
    for (const id of ['a:b', 'a.b', 'a'.repeat(256)]) {
      const delivery = await verify(withId, { headers: { 'x-signature': mac(`${id}::`), 'x-id': id } });
      expect(delivery.id).toBe(id);
    }
  });

  it('takes the URL from its options, never from the request', async () => {
    const content = '{url}{body}';
    const signature = { header: 'x-signature', encoding: 'hex' } as const;
    const scheme = hmacScheme({ name: 'acme', content, signature, publicUrl: 'https://example.com/hook' });
    const signedFor = (url: string) => ({
      'x-signature': mac(url),
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
    });
    const url = 'https://evil.example/hook';
    await verify(scheme, { headers: signedFor('https://example.com/hook'), url });
    expect((await refusal(verify(scheme, { headers: signedFor(url), url }))).code).toBe('signature_mismatch');
  });
});
