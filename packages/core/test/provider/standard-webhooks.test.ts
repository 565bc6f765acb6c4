import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import published from '../../../../test/vectors/standard-webhooks.json' with { type: 'json' };
import { generateKeyPair } from '../../src/keys/generate-secret.js';
import type { Secrets } from '../../src/keys/key-ring.js';
import { sign } from '../../src/sign/sign.js';
import {
  BODY,
  delivery,
  KEY,
  NOW,
  OTHER_KEY,
  OTHER_SECRET,
  SECONDS,
  SECRET,
  v1,
  verifierAtNow,
} from '../verify/deliveries.js';
import { misuse, refusal, thrownBy } from '../verify/refusal.js';

const pair = await generateKeyPair();
const otherPair = await generateKeyPair();
const rawPublicKey = Buffer.from(pair.publicKey.slice(5), 'base64');

async function v1a(secret: string = pair.secret): Promise<string> {
  const { headers } = await sign({ id: 'msg_1', timestamp: NOW, body: BODY }, { secret });
  return headers['webhook-signature'] ?? '';
}

/** The id of the matching secret, or the code of the refusal. */
async function resultOf(secrets: Secrets, signature: string): Promise<string> {
  const verified = verifierAtNow({ secrets }).verify(delivery({ signature }));
  return verified.then(
    ({ keyId }) => keyId,
    async () => (await refusal(verified)).code,
  );
}

describe('the published vectors', () => {
  const headers = (signature: string) => ({
    'webhook-id': published.id,
    'webhook-timestamp': published.timestamp,
    'webhook-signature': signature,
  });
  const timestamp = new Date(Number(published.timestamp) * 1000);
  const message = { id: published.id, timestamp, body: published.body };
  const VECTORS = [
    {
      version: 'v1',
      give: published.v1.secret,
      take: published.v1.secret,
      signature: published.v1.signature,
    },
    {
      version: 'v1a',
      give: published.v1a.secret,
      take: published.v1a.publicKey,
      signature: published.v1a.signature,
    },
  ];

  it.each(VECTORS)('$version is written and verified', async ({ give, take, signature }) => {
    const signed = await sign(message, { secret: give });
    expect(signed.headers).toEqual(headers(signature));
    expect(Buffer.from(signed.body).toString()).toBe(published.body);
    const verifier = verifierAtNow({ secrets: take });
    const input = { headers: headers(signature), body: Buffer.from(published.body) };
    expect((await verifier.verify(input, { receivedAt: timestamp })).id).toBe(published.id);
    const altered = { ...input, body: Buffer.from(published.body.replace('2432232314', '2432232315')) };
    expect((await refusal(verifier.verify(altered, { receivedAt: timestamp }))).code).toBe(
      'signature_mismatch',
    );
  });

  it('both stand side by side, in the order of the secrets', async () => {
    const signed = await sign(message, { secret: [published.v1.secret, published.v1a.secret] });
    expect(signed.headers['webhook-signature']).toBe(`${published.v1.signature} ${published.v1a.signature}`);
  });
});

describe('several signatures and several secrets', () => {
  const both: Secrets = [
    { id: 'old', secret: SECRET },
    { id: 'new', secret: OTHER_SECRET },
  ];
  const [old, next] = [v1(), v1({ key: OTHER_KEY })];

  it.each<readonly [name: string, secrets: Secrets, signature: string, result: string]>([
    ['the old signature', both, old, 'old'],
    ['the new signature', both, next, 'new'],
    ['both, the old one first', both, `${old} ${next}`, 'old'],
    ['both, the new one first', both, `${next} ${old}`, 'old'],
    ['both, for one who has the new secret alone', OTHER_SECRET, `${old} ${next}`, 'k0'],
    [
      'both, for one who has neither',
      `whsec_${Buffer.alloc(32).toString('base64')}`,
      `${old} ${next}`,
      'signature_mismatch',
    ],
    ['unknown versions around it', both, `v0,abc v2,def ${old} v1b,xyz whatever,x`, 'old'],
    ['unknown versions alone', both, 'v0,abc v2,def', 'signature_mismatch'],
    ['its value under an unknown version', both, old.replace('v1,', 'v2,'), 'signature_mismatch'],
    ['its version in upper case', both, old.replace('v1,', 'V1,'), 'signature_mismatch'],
    ['15 wrong ones before it', both, `${'v1,AAAA '.repeat(15)}${old}`, 'old'],
  ])('%s', async (_name, secrets, signature, result) => {
    expect(await resultOf(secrets, signature)).toBe(result);
  });
});

describe('v1 and v1a', () => {
  it('a mixed ring verifies both kinds, each by its own key', async () => {
    const ring: Secrets = [
      { id: 'hmac', secret: SECRET },
      { id: 'ed25519', secret: pair.publicKey },
    ];
    expect(await resultOf(ring, v1())).toBe('hmac');
    expect(await resultOf(ring, await v1a())).toBe('ed25519');
    expect(await resultOf(ring, `${await v1a(otherPair.secret)} ${v1({ key: OTHER_KEY })}`)).toBe(
      'signature_mismatch',
    );
    expect(await resultOf(ring, `${await v1a(otherPair.secret)} ${v1()}`)).toBe('hmac');
    expect(await resultOf(ring, `${v1({ key: OTHER_KEY })} ${await v1a()}`)).toBe('ed25519');
  });

  it('a sender with both kinds writes both, and receivers of either kind accept', async () => {
    const { headers, body } = await sign(
      { id: 'msg_1', timestamp: NOW, body: BODY },
      { secret: [SECRET, pair.secret] },
    );
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1a,\S{88}$/);
    for (const secrets of [SECRET, pair.publicKey]) {
      expect((await verifierAtNow({ secrets }).verify({ headers, body })).id).toBe('msg_1');
    }
  });

  it('v1 is never compared with an Ed25519 key: its public bytes are no HMAC secret', async () => {
    const forged = v1({ key: rawPublicKey });
    expect(await resultOf(pair.publicKey, forged)).toBe('signature_mismatch');
    expect(await resultOf([SECRET, pair.publicKey], forged)).toBe('signature_mismatch');
    const ofText = `v1,${createHmac('sha256', pair.publicKey).update(`msg_1.${SECONDS}.`).update(BODY).digest('base64')}`;
    expect(await resultOf(pair.publicKey, ofText)).toBe('signature_mismatch');
  });

  it('v1a is never compared with an HMAC secret', async () => {
    expect(await resultOf(SECRET, v1().replace('v1,', 'v1a,'))).toBe('signature_mismatch');
    expect(await resultOf([SECRET, pair.publicKey], v1().replace('v1,', 'v1a,'))).toBe('signature_mismatch');
    expect(await resultOf([SECRET, pair.publicKey], (await v1a()).replace('v1a,', 'v1,'))).toBe(
      'signature_mismatch',
    );
  });

  it('with a public key alone there is no falling back to v1', async () => {
    expect(await resultOf(pair.publicKey, v1())).toBe('signature_mismatch');
  });

  it('keys are never read from the request', async () => {
    const { headers, body } = await sign(
      { id: 'msg_1', timestamp: NOW, body: BODY },
      { secret: otherPair.secret },
    );
    const offered = {
      ...headers,
      'webhook-public-key': otherPair.publicKey,
      'webhook-key': otherPair.publicKey,
    };
    const verified = verifierAtNow({ secrets: pair.publicKey }).verify({ headers: offered, body });
    expect((await refusal(verified)).code).toBe('signature_mismatch');
  });
});

describe('keys of the wrong side', () => {
  it('`whsk_` given to a receiver is told to use `whpk_`', () => {
    const error = thrownBy(() => verifierAtNow({ secrets: { id: 'mine', secret: pair.secret } }));
    expect(error).toMatchObject({
      code: 'invalid_secret',
      message: 'the secret `mine` is a private key: a receiver takes the public key (`whpk_`)',
    });
    expect(() => verifierAtNow({ secrets: [SECRET, pair.secret] })).toThrow(
      'a receiver takes the public key',
    );
  });

  it('`whpk_` given to a sender is told to use `whsk_`', async () => {
    const error = await misuse(sign({ id: 'msg_1', body: BODY }, { secret: pair.publicKey }));
    expect(error.message).toBe('the secret `k0` is a public key: a sender takes the private key (`whsk_`)');
  });

  const halves = Buffer.from(pair.secret.slice(5), 'base64');
  it.each<readonly [name: string, secret: string, message: string]>([
    [
      'a second half that is not the public key of the first',
      Buffer.concat([halves.subarray(0, 32), Buffer.from(otherPair.publicKey.slice(5), 'base64')]).toString(
        'base64',
      ),
      'the second half of the Ed25519 private key is not the public key of its first half',
    ],
    [
      'the seed alone',
      halves.subarray(0, 32).toString('base64'),
      'an Ed25519 private key must be 64 bytes (seed, then public key), got 32',
    ],
  ])('`whsk_` with %s is refused', async (_name, base64, message) => {
    const error = await misuse(sign({ id: 'msg_1', body: BODY }, { secret: `whsk_${base64}` }));
    expect(error).toMatchObject({ code: 'invalid_secret', message });
  });

  it.each([
    ['31 bytes', Buffer.alloc(31, 9), 'an Ed25519 public key must be 32 bytes, got 31'],
    ['the private key’s bytes', halves, 'an Ed25519 public key must be 32 bytes, got 64'],
    [
      'a point of small order',
      Buffer.concat([Buffer.of(1), Buffer.alloc(31)]),
      'of small order or not canonically encoded',
    ],
    ['a y that is not below p', Buffer.alloc(32, 0xff), 'of small order or not canonically encoded'],
  ])('`whpk_` with %s is refused', (_name, bytes, message) => {
    expect(() => verifierAtNow({ secrets: `whpk_${bytes.toString('base64')}` })).toThrow(message);
  });
});

describe('secrets', () => {
  it.each<readonly [name: string, secret: Secrets]>([
    ['with `whsec_`', SECRET],
    ['as base64 without a prefix', KEY.toString('base64')],
    ['as bytes', KEY],
  ])('are the same %s', async (_name, secret) => {
    expect(await resultOf(secret, v1())).toBe('k0');
  });

  it('are not the verbatim text, prefix included', async () => {
    const verbatim = `v1,${createHmac('sha256', SECRET).update(`msg_1.${SECONDS}.`).update(BODY).digest('base64')}`;
    expect(await resultOf(SECRET, verbatim)).toBe('signature_mismatch');
  });
});

describe('a malformed signature header is 400', () => {
  it.each([
    '',
    'v1',
    'v1,',
    'v1,abc,',
    ' ',
    `${v1()} `,
    ` ${v1()}`,
    `${v1()}  ${v1()}`,
    `${v1()} v1,`,
    ',abc',
    `v1=${v1().slice(3)}`,
  ])('%j is never accepted', async (signature) => {
    const error = await refusal(verifierAtNow().verify(delivery({ signature })));
    expect(['malformed_header', 'signature_mismatch']).toContain(error.code);
  });

  it.each(['v1,', '', 'v1', 'v1, '])('%j, whose MAC is empty, is malformed', async (signature) => {
    const error = await refusal(verifierAtNow().verify(delivery({ signature })));
    expect(error).toMatchObject({ code: 'malformed_header', status: 400 });
  });
});
