import { describe, expect, it } from 'vitest';
import { verifying } from '../../src/keys/key-purpose.js';
import { keyRing, type Secrets } from '../../src/keys/key-ring.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { RequestReader } from '../../src/request/header-reader.js';
import { diagnose } from '../../src/verify/diagnose.js';
import { messageOf } from '../../src/verify/verification.js';
import { delivery, KEY, NOW, OTHER_KEY, OTHER_SECRET, SECRET, v1 } from './deliveries.js';

const WRONG = 'no secret matches these bytes: the secret is wrong, or the body was altered';
const reencoded = (what: string) =>
  `the body was re-encoded on its way: its signature is that of ${what} (secret \`k0\`)`;

/** What is found about a body that arrived, with the signature that was made over `signed`. */
async function found(
  arrived: string | Uint8Array,
  signed: string | Uint8Array,
  secrets: Secrets = SECRET,
  key = KEY,
) {
  const body = Buffer.from(arrived);
  const { headers } = delivery({ signature: v1({ body: Buffer.from(signed), key }) });
  const reader = new RequestReader({ method: 'POST', url: '', headers });
  const credentials = standardWebhooks.scheme.read(reader);
  const keys = keyRing(secrets).keysFor(standardWebhooks.scheme, verifying);
  const message = messageOf(reader, credentials, body);
  return diagnose(standardWebhooks.scheme, { message, credentials, keys, receivedAtMs: NOW.getTime() });
}

const COMPACT = '{"a":[1,{"b":"x: y, z"}],"c":"é"}';
const INDENTED = JSON.stringify(JSON.parse(COMPACT), null, 2);
const PYTHON = '{"a": [1, {"b": "x: y, z"}], "c": "é"}';

describe('a body that was re-encoded is told from a wrong secret', () => {
  it.each<readonly [name: string, arrived: string, signed: string, what: string]>([
    ['a parser took the white space out', COMPACT, PYTHON, 'the same JSON as Python writes it'],
    ['a parser took the indentation out', COMPACT, INDENTED, 'the same JSON indented by 2 spaces'],
    ['something indented it', INDENTED, COMPACT, 'the same JSON without white space'],
    ['the trailing newline was added', `${COMPACT}\n`, COMPACT, 'the same JSON without white space'],
    ['the trailing newline was added to text', 'a=b\n', 'a=b', 'the body without its trailing newline'],
    ['the trailing newline was lost', COMPACT, `${COMPACT}\n`, 'the body with a trailing newline'],
    ['CRLF became LF', 'a\nb', 'a\r\nb', 'the body with CRLF line ends'],
    ['LF became CRLF', 'a\r\nb', 'a\nb', 'the body with LF line ends'],
    ['a byte order mark was put before it', '\ufeffa', 'a', 'the body without its byte order mark'],
    ['the body was signed empty', COMPACT, '', 'an empty body'],
  ])('%s', async (_name, arrived, signed, what) => {
    expect(await found(arrived, signed)).toBe(reencoded(what));
  });

  it('names the secret that matches', async () => {
    const secrets = [
      { id: 'old', secret: OTHER_SECRET },
      { id: 'new', secret: SECRET },
    ];
    expect(await found(COMPACT, PYTHON, secrets)).toContain('(secret `new`)');
  });
});

describe('a wrong secret, or an altered body, is told as such', () => {
  it.each([
    ['a wrong secret', COMPACT, COMPACT, OTHER_KEY],
    ['an altered body', COMPACT.replace('x', 'y'), COMPACT, KEY],
    ['a body that is no JSON', '{"a":', 'x', KEY],
    ['an empty body', '', 'x', KEY],
  ] as const)('%s', async (_name, arrived, signed, key) => {
    expect(await found(arrived, signed, SECRET, key)).toBe(WRONG);
  });

  it('bytes that are no UTF-8', async () => {
    expect(await found(Buffer.from([0xff]), 'x')).toBe(WRONG);
  });
});

describe('a key outside its window is told as such', () => {
  it.each([
    ['expired', { notAfter: NOW }],
    ['not yet valid', { notBefore: new Date(NOW.getTime() + 1) }],
  ])('%s', async (_name, window) => {
    const secrets = [
      { id: 'old', secret: SECRET, ...window },
      { id: 'new', secret: OTHER_SECRET },
    ];
    expect(await found(COMPACT, COMPACT, secrets)).toBe(
      'it was signed with the secret `old` outside its window',
    );
  });
});

describe('signatures of another kind are told as such', () => {
  const find = async (signature: string, secrets: Secrets) => {
    const { headers, body } = delivery({ signature });
    const reader = new RequestReader({ method: 'POST', url: '', headers });
    const credentials = standardWebhooks.scheme.read(reader);
    const keys = keyRing(secrets).keysFor(standardWebhooks.scheme, verifying);
    const message = messageOf(reader, credentials, body);
    return diagnose(standardWebhooks.scheme, { message, credentials, keys, receivedAtMs: NOW.getTime() });
  };

  it('v1a with an HMAC secret', async () => {
    expect(await find(`v1a,${Buffer.alloc(64).toString('base64')}`, SECRET)).toBe(
      'its signatures are ed25519, the secrets are hmac-sha256',
    );
  });

  it('unknown versions alone', async () => {
    expect(await find('v7,abc', SECRET)).toBe('the request has no signature of a version that is known');
  });
});

describe('the effort is bounded', () => {
  it('bodies over 64 KiB are not looked into', async () => {
    const large = JSON.stringify('a'.repeat(65_534));
    expect(await found(large, `${large}\n`)).toBe(reencoded('the body with a trailing newline'));
    const larger = JSON.stringify('a'.repeat(65_535));
    expect(await found(larger, `${larger}\n`)).toBeUndefined();
  });

  it('a body that the scheme cannot even read is no error', async () => {
    const reader = new RequestReader({
      method: 'POST',
      url: '',
      headers: { 'x-webhook-signature': '0'.repeat(64) },
    });
    const credentials = ragEngine.scheme.read(reader);
    const keys = keyRing(SECRET).keysFor(ragEngine.scheme, verifying);
    for (const text of ['', '{', '{"event":"x","data":NaN}', '{"event":"x"}']) {
      const message = messageOf(reader, credentials, Buffer.from(text));
      const claimed = { message, credentials, keys, receivedAtMs: NOW.getTime() };
      expect(await diagnose(ragEngine.scheme, claimed)).toBe(WRONG);
    }
  });

  it.each([
    ['brackets', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['quotes', `"${'\\"'.repeat(32_000)}"`],
    ['commas', `[${'0,'.repeat(32_000)}0]`],
    ['an unclosed string', `"${'\\"'.repeat(32_000)}`],
    ['newlines', '\r\n'.repeat(32_000)],
  ])('64 KiB of %s are looked into without a throw', async (_name, text) => {
    expect(await found(text, 'x')).toBe(WRONG);
  });

  it('nothing that it says quotes the body, the secret or a signature', async () => {
    const secrets = [{ id: 'k', secret: SECRET, notAfter: NOW }, OTHER_SECRET];
    for (const said of [
      await found(COMPACT, PYTHON),
      await found(COMPACT, 'x'),
      await found(COMPACT, COMPACT, secrets),
    ]) {
      for (const text of [SECRET.slice(6), 'x: y', v1().slice(3)]) expect(said).not.toContain(text);
    }
  });
});
