import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { keyRing, type Secrets } from '../../src/keys/key-ring.js';
import type { Provider } from '../../src/provider/provider.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';
import type { WebhookRequest } from '../../src/request/webhook-request.js';
import { createVerifier } from '../../src/verify/create-verifier.js';
import { delivery, KEY, NOW, OTHER_KEY, OTHER_SECRET, SECRET, v1, verifierAtNow } from './deliveries.js';
import { refusal, thrownBy } from './refusal.js';

const at = (iso: string) => new Date(iso);
const signedAt = (date: Date, key: Uint8Array = KEY) =>
  delivery({ timestamp: String(date.getTime() / 1000), key });

describe('windows are judged at `receivedAt`', () => {
  const secrets: Secrets = [
    { id: 'old', secret: SECRET, notAfter: at('2026-02-01T00:00:00Z') },
    { id: 'new', secret: OTHER_SECRET, notBefore: at('2026-01-01T00:00:00Z') },
  ];
  // `now` lies far outside: a queued delivery is judged by the time of its receipt.
  const verifier = createVerifier({ secrets, now: () => Date.parse('2030-01-01T00:00:00Z') });
  const resultOf = (iso: string, key: Uint8Array) => {
    const verified = verifier.verify(signedAt(at(iso), key), { receivedAt: at(iso) });
    return verified.then(
      ({ keyId }) => keyId,
      async () => (await refusal(verified)).code,
    );
  };

  it.each([
    ['2025-12-31T23:59:59Z', 'old', 'signature_mismatch'],
    ['2026-01-01T00:00:00Z', 'old', 'new'],
    ['2026-01-31T23:59:59Z', 'old', 'new'],
    ['2026-02-01T00:00:00Z', 'signature_mismatch', 'new'],
  ])('at %s', async (iso, byOld, byNew) => {
    expect(await resultOf(iso, KEY)).toBe(byOld);
    expect(await resultOf(iso, OTHER_KEY)).toBe(byNew);
  });

  it('without any valid key it is no_key, with the status of a mismatch', async () => {
    const expired = verifierAtNow({ secrets: { id: 'old', secret: SECRET, notAfter: NOW } });
    expect(await refusal(expired.verify(delivery()))).toMatchObject({
      code: 'no_key',
      status: 401,
      message: 'no secret is valid at this time',
    });
  });

  it('now is the default', async () => {
    const valid = verifierAtNow({ secrets: { id: 'new', secret: SECRET, notBefore: NOW } });
    expect((await valid.verify(delivery())).keyId).toBe('new');
    const early = verifierAtNow({
      secrets: { id: 'new', secret: SECRET, notBefore: new Date(NOW.getTime() + 1) },
    });
    expect((await refusal(early.verify(delivery()))).code).toBe('no_key');
  });
});

describe('key bytes', () => {
  const text = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body =
    '{"id":"evt_1","event_id":"evt_1","event":"x","type":"x","event_type":"x","timestamp":null,"data":1}';
  const mac = (content: string, key: string | Buffer = text) =>
    createHmac('sha256', key).update(content).digest('hex');
  const seconds = String(NOW.getTime() / 1000);

  interface Wire {
    readonly provider: Provider;
    readonly content: string;
    headers(mac: string): Record<string, string>;
  }
  const WIRES: readonly Wire[] = [
    {
      provider: stripe,
      content: `${seconds}.${body}`,
      headers: (value) => ({ 'stripe-signature': `t=${seconds},v1=${value}` }),
    },
    { provider: github, content: body, headers: (value) => ({ 'x-hub-signature-256': `sha256=${value}` }) },
    {
      provider: deliveryFlow,
      content: `dlv_1.${seconds}.${body}`,
      headers: (value) => ({ 'x-signature': value, 'x-delivery-id': 'dlv_1', 'x-timestamp': seconds }),
    },
    {
      provider: dcisionai,
      content: `${seconds}.${body}`,
      headers: (value) => ({ 'x-dcisionai-signature': value, 'x-dcisionai-timestamp': seconds }),
    },
    { provider: ragEngine, content: '1', headers: (value) => ({ 'x-webhook-signature': value }) },
    { provider: aiPlatform, content: body, headers: (value) => ({ 'x-webhook-signature': value }) },
    {
      provider: empJobQueue,
      content: body,
      headers: (value) => ({ 'x-webhook-signature': `sha256=${value}` }),
    },
  ];

  it.each(WIRES.map((wire) => [wire.provider.name, wire] as const))(
    'of %s are the verbatim UTF-8 text, prefix included',
    async (_name, { provider, content, headers }) => {
      const verifier = verifierAtNow({ provider, secrets: text });
      const codeOf = async (key: string | Buffer) =>
        verifier.verify({ headers: headers(mac(content, key)), body: Buffer.from(body) }).then(
          () => 'accepted',
          (error: { code?: unknown }) => error.code,
        );
      // The body has no time: those that need one get as far as that.
      const verbatim =
        provider === aiPlatform || provider === empJobQueue ? 'malformed_envelope' : 'accepted';
      expect(await codeOf(text)).toBe(verbatim);
      expect(await codeOf(text.slice(6))).toBe('signature_mismatch');
      expect(await codeOf(Buffer.from(text.slice(6), 'base64'))).toBe('signature_mismatch');
    },
  );

  it('of text beyond ASCII are its UTF-8', async () => {
    const secret = 'pässwörter-sind-länger-😀';
    const headers = { 'x-hub-signature-256': `sha256=${mac(body, Buffer.from(secret))}` };
    const verified = await verifierAtNow({ provider: github, secrets: secret }).verify({
      headers,
      body: Buffer.from(body),
    });
    expect(verified.keyId).toBe('k0');
  });
});

describe('no key for the request', () => {
  it('is no_key, 401, with the status of a mismatch', async () => {
    const secrets = ({ url }: WebhookRequest) =>
      url === '/acme' ? { tenant: 'acme', secrets: SECRET } : undefined;
    const verifier = verifierAtNow({ secrets });
    expect((await verifier.verify({ ...delivery(), url: '/acme' })).tenant).toBe('acme');
    const missing = await refusal(verifier.verify({ ...delivery(), url: '/other' }));
    const mismatch = await refusal(
      verifier.verify({ ...delivery({ signature: v1({ key: OTHER_KEY }) }), url: '/acme' }),
    );
    expect([missing.code, mismatch.code]).toEqual(['no_key', 'signature_mismatch']);
    expect(missing.status).toBe(mismatch.status);
  });

  it('a resolver sees the request: method, url, headers and body', async () => {
    const seen: WebhookRequest[] = [];
    const secrets = (request: WebhookRequest) => {
      seen.push(request);
      return { tenant: 'acme', secrets: SECRET };
    };
    await verifierAtNow({ secrets }).verify({ ...delivery(), url: '/acme', method: 'PUT' });
    expect(seen).toEqual([{ ...delivery(), url: '/acme', method: 'PUT' }]);
  });

  it('one tenant’s secret does not verify another’s delivery', async () => {
    const byTenant: Record<string, string> = { '/acme': SECRET, '/other': OTHER_SECRET };
    const secrets = ({ url }: WebhookRequest) => ({ tenant: url, secrets: byTenant[url] ?? SECRET });
    const verifier = verifierAtNow({ secrets });
    const error = await refusal(verifier.verify({ ...delivery(), url: '/other' }));
    expect(error.code).toBe('signature_mismatch');
  });
});

describe('secrets never appear in errors', () => {
  it.each([
    [
      'a mismatch',
      () =>
        verifierAtNow({ secrets: keyRing(SECRET) }).verify(delivery({ signature: v1({ key: OTHER_KEY }) })),
    ],
    ['a stale delivery', () => verifierAtNow().verify(delivery({ timestamp: '1000000000' }))],
    [
      'a secrets function that throws',
      () => verifierAtNow({ secrets: () => `${SECRET}\n` }).verify(delivery()),
    ],
  ])('of %s', async (_name, verify) => {
    const shown = inspect(await refusal(verify()), { depth: Infinity, showHidden: true });
    for (const text of [SECRET, SECRET.slice(6), KEY.toString(), v1().slice(3)])
      expect(shown).not.toContain(text);
  });

  it('of a construction that fails', () => {
    const error = thrownBy(() => verifierAtNow({ secrets: [SECRET, `${OTHER_SECRET}\n`] }));
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    for (const text of [SECRET.slice(6), OTHER_SECRET.slice(6)]) expect(shown).not.toContain(text);
  });
});
