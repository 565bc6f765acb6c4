import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ContentPart } from '../../src/crypto/port.js';
import { unauthenticatedFields } from '../../src/provider/coverage.js';
import type { Provider } from '../../src/provider/provider.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { github } from '../../src/providers/github.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import type { Message } from '../../src/scheme/port.js';
import { sign } from '../../src/sign/sign.js';
import { createVerifier } from '../../src/verify/create-verifier.js';
import { type Handmade, handmade, SENT_AT } from '../providers/handmade.js';
import {
  BODY,
  delivery,
  KEY,
  NOW,
  OTHER_KEY,
  SECONDS,
  SECRET,
  secondsAgo,
  v1,
  verifierAtNow,
} from './deliveries.js';
import { refusal } from './refusal.js';

const named = handmade.map((made) => [made.provider.name, made] as const);
type Headers = Handmade['headers'];
const FORGER = `whsec_${OTHER_KEY.toString('base64')}`;

function verify({ provider, secret, headers, body }: Handmade, more: Headers = {}) {
  const verifier = createVerifier({ provider, secrets: secret, now: () => SENT_AT.getTime() });
  return verifier.verify({ headers: { ...more, ...headers }, body: Buffer.from(body) });
}

// Bodies that a decoder, a parser or a template would change on the way to the MAC.
const HOSTILE: Record<string, Uint8Array> = {
  'no bytes': new Uint8Array(),
  'replacement patterns': Buffer.from("{$&$$$`$'$1{body}{id}}"),
  'bytes that are no UTF-8': Buffer.from([0x22, 0xff, 0x22]),
  'other bytes that decode to the same text': Buffer.from([0x22, 0xfe, 0x22]),
  'a byte order mark': Buffer.from('\ufeff{}'),
  CRLF: Buffer.from('{\r\n}\r\n'),
  'a trailing newline': Buffer.from('{}\n'),
  emoji: Buffer.from('{"a":"😀"}'),
  'line separators': Buffer.from('{"a":"\u2028"}'),
  NUL: Buffer.from('\0'),
  'every byte': Uint8Array.from({ length: 256 }, (_, value) => value),
  'a view into a larger buffer': Buffer.from('before{}after').subarray(6, 8),
};

describe('1. The bytes on the wire are the bytes under the MAC.', () => {
  it.each(Object.entries(HOSTILE))('%s', async (_name, body) => {
    const mac = createHmac('sha256', 'a secret that is used as it stands').update(body).digest('hex');
    const provider = github;
    const secret = 'a secret that is used as it stands';
    const signed = await sign({ body }, { provider, secret });
    expect(signed.headers).toEqual({ 'x-hub-signature-256': `sha256=${mac}` });
    expect(signed.body).toBe(body);
    const verified = await verifierAtNow({ provider, secrets: secret }).verify({
      headers: signed.headers,
      body,
    });
    expect(verified.body).toBe(body);
    expect((await verifierAtNow().verify(delivery({ body }))).body).toBe(body);
  });

  it('no two of them have the same signature', () => {
    const signatures = Object.values(HOSTILE).map((body) => v1({ body }));
    expect(new Set(signatures).size).toBe(signatures.length);
  });

  it('a string is sent as its UTF-8', async () => {
    const signed = await sign({ id: 'msg_1', timestamp: NOW, body: '{"a":"é😀"}' }, { secret: SECRET });
    expect(Buffer.from(signed.body).toString('hex')).toBe(Buffer.from('{"a":"é😀"}').toString('hex'));
    expect(signed.headers['webhook-signature']).toBe(v1({ body: Buffer.from('{"a":"é😀"}') }));
  });

  it('the header’s text is under the MAC, not the number that it stands for', async () => {
    const timestamp = '1768473000';
    const other = `0${timestamp}`;
    const reread = {
      ...delivery().headers,
      'webhook-timestamp': other,
      'webhook-signature': v1({ timestamp: other }),
    };
    expect((await refusal(verifierAtNow().verify({ headers: reread, body: BODY }))).code).toBe(
      'malformed_header',
    );
  });
});

describe('2. No unauthenticated input decides freshness or identity, nor dispatch where the provider signs the type.', () => {
  const misleading: Headers = {
    date: 'Thu, 01 Jan 1970 00:00:00 GMT',
    'x-request-id': 'req_1',
    'idempotency-key': 'key_1',
    'webhook-id': 'msg_other',
    'webhook-timestamp': '0',
    'x-delivery-id': 'dlv_other',
    'x-webhook-id': 'wh_other',
    'x-github-delivery': 'gh_other',
    'x-github-event': 'other',
    'x-timestamp': '0',
    'linear-timestamp': '0',
  };

  it.each(named)('%s: misleading headers change neither id nor time nor replay key', async (_name, made) => {
    const plain = await verify(made);
    const misled = await verify(made, misleading);
    expect([misled.id, misled.timestamp, misled.replayKey]).toEqual([
      plain.id,
      plain.timestamp,
      plain.replayKey,
    ]);
  });

  it.each(named)('%s: nor do method and url', async (_name, made) => {
    const { provider, secret, headers } = made;
    const verifier = createVerifier({ provider, secrets: secret, now: () => SENT_AT.getTime() });
    const body = Buffer.from(made.body);
    const elsewhere = await verifier.verify({
      headers,
      body,
      method: 'PUT',
      url: 'https://evil.example/?t=0',
    });
    expect(elsewhere.replayKey).toBe((await verify(made)).replayKey);
  });

  it.each(named)('%s: an unsigned type is marked, and only an unsigned one can be changed', (_name, made) => {
    const { provider, body, type } = made;
    const typeBy = (headers: Headers) =>
      provider.envelope.decode(JSON.parse(body), (name) => ({ ...made.headers, ...headers })[name]).type;
    const isMarked = unauthenticatedFields(provider).includes('type');
    expect(typeBy(made.unsigned)).toBe(type);
    if (!isMarked)
      expect(typeBy({ 'x-github-event': 'other', 'x-event-type': 'other', type: 'other' })).toBe(type);
    expect(isMarked).toBe(provider === github || provider === ragEngine);
  });

  it('ragEngine: the unsigned timestamp decides nothing', async () => {
    const made = handmade.find(({ provider }) => provider === ragEngine);
    const body = (made?.body ?? '').replace('2026-01-15T10:29:58.123456', '1970-01-01T00:00:00');
    expect(body).not.toBe(made?.body);
    const [plain, old] = await Promise.all(
      [made, made && { ...made, body }].map((each) => each && verify(each)),
    );
    expect(old?.replayKey).toBe(plain?.replayKey);
    expect(old?.timestamp).toBeUndefined();
  });

  it('every signed header is under the MAC: another value is refused', async () => {
    const elsewhere = { ...delivery().headers, 'webhook-id': 'msg_2' };
    const later = { ...delivery().headers, 'webhook-timestamp': secondsAgo(1) };
    for (const headers of [elsewhere, later]) {
      expect((await refusal(verifierAtNow().verify({ headers, body: BODY }))).code).toBe(
        'signature_mismatch',
      );
    }
  });

  it('id and time cannot lend each other characters: the delimiter is refused in ids', async () => {
    // msg . 1.1768473000 . body reads like msg.1 . 1768473000 . body
    const headers = {
      ...delivery().headers,
      'webhook-id': 'msg.1',
      'webhook-signature': v1({ id: 'msg.1' }),
    };
    expect((await refusal(verifierAtNow().verify({ headers, body: BODY }))).code).toBe('malformed_header');
  });
});

describe('3. Signature before everything that costs or remembers.', () => {
  it.each(named)('%s: nothing is decoded, dated or named before the signature holds', async (_name, made) => {
    const touched: string[] = [];
    const { scheme, envelope } = made.provider;
    const provider: Provider = {
      ...made.provider,
      envelope: {
        ...envelope,
        decode(json, header) {
          touched.push('decode');
          return envelope.decode(json, header);
        },
      },
      scheme: {
        ...scheme,
        identity(message) {
          touched.push('identity');
          return scheme.identity?.(message) ?? [message.body];
        },
      },
    };
    const attempt = (secrets: string, now: number) =>
      createVerifier({
        provider,
        secrets,
        now: () => now,
        replayIdentity: () => {
          touched.push('replayIdentity');
          return 'x';
        },
      }).verify({ headers: { ...made.unsigned, ...made.headers }, body: Buffer.from(made.body) });
    for (const now of [SENT_AT.getTime(), 0, SENT_AT.getTime() * 2]) {
      expect((await refusal(attempt(FORGER, now))).code).toBe('signature_mismatch');
    }
    expect(touched).toEqual([]);
    expect((await attempt(made.secret, SENT_AT.getTime())).replayKey).toHaveLength(64);
    expect(touched).toContain('replayIdentity');
  });
});

describe('6. Secrets never appear in logs, errors, `util.inspect` or JSON.', () => {
  it.each(named)('%s', async (_name, made) => {
    const verifier = createVerifier({
      provider: made.provider,
      secrets: { id: 'shown', secret: made.secret },
      now: () => SENT_AT.getTime(),
    });
    const body = Buffer.from(made.body);
    const verified = await verifier.verify({ headers: made.headers, body });
    const other = createVerifier({ provider: made.provider, secrets: FORGER, now: () => SENT_AT.getTime() });
    const forged = await refusal(other.verify({ headers: made.headers, body }));
    const missing = await refusal(verifier.verify({ headers: {}, body }));
    const seen = [verifier, { ...verified, body: undefined }, forged, missing].map(
      (value) =>
        `${inspect(value, { depth: Infinity, showHidden: true, getters: true })}${JSON.stringify(value)}${value}`,
    );
    const signature =
      Object.values(made.headers).find((value) => /[0-9a-f]{64}|[\w+/]{43}=/.test(value)) ?? '';
    for (const text of seen) {
      for (const secret of [made.secret, FORGER, KEY.toString(), KEY.toString('base64'), signature])
        expect(text).not.toContain(secret);
    }
  });
});

describe('10. Both sides build the signed content with the same function.', () => {
  it.each(named)('%s: one call of `scheme.content` each, with the same result', async (_name, made) => {
    const built: { readonly parts: readonly ContentPart[] }[] = [];
    const { scheme } = made.provider;
    const content = (message: Message) => {
      const parts = scheme.content(message);
      built.push({
        parts: parts.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString() : part)),
      });
      return parts;
    };
    const provider: Provider = { ...made.provider, scheme: { ...scheme, content } };
    const body = made.provider === ragEngine ? made.body.replace(/, "signature".*$/, '}') : made.body;
    const signed = await sign(
      { id: made.signedId, timestamp: SENT_AT, body },
      { provider, secret: made.secret },
    );
    const verifier = createVerifier({ provider, secrets: made.secret, now: () => SENT_AT.getTime() });
    await verifier.verify({ headers: signed.headers, body: signed.body });
    expect(built).toHaveLength(2);
    expect(built[1]).toEqual(built[0]);
    expect(built[0]?.parts.join('')).toBe(made.content);
  });

  it('neither side makes a MAC over anything else', async () => {
    const nothing: Provider = {
      ...deliveryFlow,
      scheme: { ...deliveryFlow.scheme, content: () => ['constant'] },
    };
    const secret = 'a secret that is used as it stands';
    const mac = createHmac('sha256', secret).update('constant').digest('hex');
    const headers = { 'x-delivery-id': 'dlv_1', 'x-timestamp': SECONDS, 'x-signature': mac };
    const signed = await sign({ id: 'dlv_1', timestamp: NOW, body: BODY }, { provider: nothing, secret });
    expect(signed.headers).toEqual(headers);
    expect(
      (await verifierAtNow({ provider: nothing, secrets: secret }).verify({ headers, body: BODY })).id,
    ).toBe('dlv_1');
  });
});
