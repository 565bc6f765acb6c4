import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/provider/provider.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';
import type { VerifierOptions } from '../../src/verify/create-verifier.js';
import { delivery, NOW, SECONDS, v1, verifierAtNow } from './deliveries.js';
import { refusal } from './refusal.js';

const SECRET = 'a secret that is used as it stands';
const mac = (content: string) => createHmac('sha256', SECRET).update(content).digest('hex');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

type Headers = Readonly<Record<string, string>>;
type Signer = (body: string, headers?: Headers) => Headers;

const signers = {
  stripe: (body) => ({ 'stripe-signature': `t=${SECONDS},v1=${mac(`${SECONDS}.${body}`)}` }),
  github: (body, headers) => ({
    'x-github-event': 'push',
    'x-hub-signature-256': `sha256=${mac(body)}`,
    ...headers,
  }),
  deliveryFlow: (body, { 'x-delivery-id': id = 'dlv_1' } = {}) => ({
    'x-webhook-id': 'ep_1',
    'x-delivery-id': id,
    'x-timestamp': SECONDS,
    'x-signature': mac(`${id}.${SECONDS}.${body}`),
  }),
  dcisionai: (body) => ({
    'x-dcisionai-timestamp': SECONDS,
    'x-dcisionai-signature': mac(`${SECONDS}.${body}`),
  }),
  aiPlatform: (body, headers) => ({ 'x-webhook-signature': mac(body), ...headers }),
  empJobQueue: (body, headers) => ({ 'x-webhook-signature': `sha256=${mac(body)}`, ...headers }),
} satisfies Record<string, Signer>;

function verify(
  provider: Provider,
  sign: Signer,
  body: string,
  headers?: Headers,
  options?: Partial<VerifierOptions>,
) {
  const verifier = verifierAtNow({ provider, secrets: SECRET, ...options });
  return verifier.verify({ headers: { ...headers, ...sign(body, headers) }, body: Buffer.from(body) });
}

const ai = (id: unknown) =>
  JSON.stringify({ event_id: id, event_type: 'model.updated', timestamp: NOW.toISOString(), data: {} });
const emp = (id: unknown) =>
  JSON.stringify({ event_id: id, event_type: 'job.failed', timestamp: NOW.getTime(), data: {} });
const event = (id: unknown) => JSON.stringify({ id, type: 'charge.failed', created: 1, data: {} });

describe('the identity of a delivery is declared by the scheme, from authenticated material', () => {
  it('standardWebhooks: `webhook-id`', async () => {
    expect((await verifierAtNow().verify(delivery({ id: 'msg_7' }))).id).toBe('msg_7');
  });

  it('deliveryFlow: `X-Delivery-Id`, not the id of the body or `X-Webhook-Id`', async () => {
    const found = await verify(deliveryFlow, signers.deliveryFlow, '{"id":"evt_1"}', {
      'x-delivery-id': 'dlv_7',
    });
    expect(found.id).toBe('dlv_7');
  });

  it.each([
    ['aiPlatform', aiPlatform, signers.aiPlatform, ai('evt_7')],
    ['empJobQueue', empJobQueue, signers.empJobQueue, emp('evt_7')],
    ['stripe', stripe, signers.stripe, event('evt_7')],
  ] as const)('%s: the id of the signed body', async (_name, provider, sign, body) => {
    expect((await verify(provider, sign, body)).id).toBe('evt_7');
  });

  it('aiPlatform: the unsigned `X-Event-ID` decides nothing', async () => {
    const plain = await verify(aiPlatform, signers.aiPlatform, ai('evt_7'));
    const relabelled = await verify(aiPlatform, signers.aiPlatform, ai('evt_7'), {
      'x-event-id': 'evt_8',
      'x-webhook-id': 'wh_9',
    });
    expect([relabelled.id, relabelled.replayKey]).toEqual(['evt_7', plain.replayKey]);
  });

  it.each([
    ['github', github, signers.github],
    ['dcisionai', dcisionai, signers.dcisionai],
  ] as const)('%s: SHA-256 of the body, in hex', async (_name, provider, sign) => {
    const body = '{"event":"x","data":{"text":"é"}}';
    expect((await verify(provider, sign, body)).id).toBe(sha256(body));
  });

  it('github: the identity excludes the type header, so a relabelled replay is a duplicate', async () => {
    const headers = [
      { 'x-github-event': 'push', 'x-github-delivery': '1' },
      { 'x-github-event': 'release', 'x-github-delivery': '2' },
    ];
    const [first, second] = await Promise.all(
      headers.map((each) => verify(github, signers.github, '{"a":1}', each)),
    );
    expect(second?.replayKey).toBe(first?.replayKey);
  });

  it('ragEngine: SHA-256 of `event`, NUL and canonical `data`', async () => {
    const canonical = '{"a": 1, "b": "\\u00e9"}';
    const identify = async (body: string) => {
      const headers = { 'x-webhook-signature': mac(canonical) };
      return (
        await verifierAtNow({ provider: ragEngine, secrets: SECRET }).verify({
          headers,
          body: Buffer.from(body),
        })
      ).id;
    };
    const spelled = await identify('{"event":"x","timestamp":"2026-01-15T10:30:00","data":{"b":"é","a":1}}');
    expect(spelled).toBe(sha256(`x\0${canonical}`));
    expect(
      await identify('{"data":{"a":1,"b":"\\u00e9"},"event":"x","timestamp":"1970-01-01T00:00:00"}'),
    ).toBe(spelled);
    expect(await identify('{"event":"y","data":{"b":"é","a":1}}')).not.toBe(spelled);
  });
});

describe('a missing or malformed identity is 400, never a fallback', () => {
  const MALFORMED: readonly (readonly [name: string, id: unknown])[] = [
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 7],
    ['an object', { id: 'evt_1' }],
    ['a list', ['evt_1']],
    ['with white space', 'evt 1'],
    ['with a newline', 'evt_1\n'],
    ['with NUL', 'evt_1\0'],
    ['beyond ASCII', 'évt_1'],
    ['of 257 characters', 'a'.repeat(257)],
    ['of 10 kB', 'a'.repeat(10_000)],
  ];

  it.each(
    MALFORMED.flatMap(([name, id]) => [
      ['aiPlatform', name, aiPlatform, signers.aiPlatform, ai(id)] as const,
      ['empJobQueue', name, empJobQueue, signers.empJobQueue, emp(id)] as const,
      ['stripe', name, stripe, signers.stripe, event(id)] as const,
    ]),
  )('%s: an id that is %s', async (_name, _case, provider, sign, body) => {
    expect(await refusal(verify(provider, sign, body))).toMatchObject({
      code: 'malformed_identity',
      status: 400,
    });
  });

  it.each([
    ['missing', undefined, 'missing_header'],
    ['empty', '', 'malformed_header'],
    ['with the delimiter', 'msg.1', 'malformed_header'],
    ['with white space', 'msg 1', 'malformed_header'],
    ['of 257 characters', 'a'.repeat(257), 'malformed_header'],
  ])('standardWebhooks: a `webhook-id` that is %s', async (_name, id, code) => {
    const { headers, body } = delivery({ id: id ?? '' });
    const error = await refusal(verifierAtNow().verify({ headers: { ...headers, 'webhook-id': id }, body }));
    expect(error).toMatchObject({ code, status: 400 });
  });

  it('ids of every visible character and of 256 of them are taken', async () => {
    const visible = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index))
      .join('')
      .replace('.', '');
    for (const id of [visible, 'a'.repeat(256), '0', '__proto__']) {
      const signature = v1({ id });
      expect((await verifierAtNow().verify(delivery({ id, signature }))).id).toBe(id);
    }
  });
});

describe('`replayIdentity` overrides', () => {
  const order = (verified: { readonly body: Uint8Array }): string =>
    JSON.parse(Buffer.from(verified.body).toString()).order;
  const verifyOrder = (json: object) =>
    verify(
      aiPlatform,
      signers.aiPlatform,
      JSON.stringify({ ...JSON.parse(ai('evt_1')), ...json }),
      {},
      { replayIdentity: order },
    );

  it('the identity in the replay key, not the id', async () => {
    const [one, same, other] = [
      await verifyOrder({ order: 'o-1', n: 1 }),
      await verifyOrder({ order: 'o-1', n: 2, event_id: 'evt_2' }),
      await verifyOrder({ order: 'o-2' }),
    ];
    expect([one.id, same.id]).toEqual(['evt_1', 'evt_2']);
    expect(same.replayKey).toBe(one.replayKey);
    expect(other.replayKey).not.toBe(one.replayKey);
  });

  it('sees the verified delivery', async () => {
    const seen: unknown[] = [];
    const replayIdentity: VerifierOptions['replayIdentity'] = (verified) => {
      const { id, keyId, tenant, timestamp, body } = verified;
      seen.push({ id, keyId, tenant, timestamp, text: Buffer.from(body).toString() });
      return `${tenant}/${id}`;
    };
    const secrets = (_request: unknown) => ({ tenant: 'acme', secrets: SECRET });
    await verify(github, signers.github, '{}', {}, { secrets, replayIdentity }).then(
      (found) => found.replayKey,
    );
    expect(seen).toEqual([
      { id: sha256('{}'), keyId: 'k0', tenant: 'acme', timestamp: undefined, text: '{}' },
    ]);
  });

  it.each([
    ['missing', {}],
    ['empty', { order: '' }],
    ['a number', { order: 7 }],
    ['null', { order: null }],
    ['with white space', { order: 'o 1' }],
    ['too long', { order: 'o'.repeat(257) }],
  ])(
    'and an identity of its own that is %s makes `verify` reject with malformed_identity',
    async (_name, json) => {
      const error = await refusal(verifyOrder(json));
      expect(error).toMatchObject({
        code: 'malformed_identity',
        message: '`replayIdentity` must be 1 to 256 visible ASCII characters',
      });
    },
  );
});
