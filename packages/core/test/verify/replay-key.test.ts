import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { SecretsOption } from '../../src/keys/secrets-option.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import type { WebhookRequest } from '../../src/request/webhook-request.js';
import { sign } from '../../src/sign/sign.js';
import {
  delivery,
  NOW,
  OTHER_KEY,
  OTHER_SECRET,
  SECRET,
  secondsAgo,
  v1,
  verifierAtNow,
} from './deliveries.js';

interface Place {
  readonly name?: string;
  readonly tenant?: string;
  readonly id?: string;
}

async function keyOf({ name, tenant, id }: Place): Promise<string> {
  const secrets: SecretsOption =
    tenant === undefined ? SECRET : (_request: WebhookRequest) => ({ tenant, secrets: SECRET });
  const { replayKey } = await verifierAtNow({ name, secrets }).verify(
    delivery(id === undefined ? {} : { id }),
  );
  return replayKey;
}

describe('the store key is SHA-256 over length-prefixed (receiver name, tenant, identity)', () => {
  it('is 64 digits of hex', async () => {
    expect(await keyOf({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is the same for the same delivery, receiver and tenant, on every process', async () => {
    expect(await keyOf({ name: 'billing', tenant: 'acme' })).toBe(
      await keyOf({ name: 'billing', tenant: 'acme' }),
    );
  });

  it('takes the provider’s name by default', async () => {
    expect(await keyOf({})).toBe(await keyOf({ name: 'standardWebhooks' }));
    expect(await keyOf({})).not.toBe(await keyOf({ name: 'standardwebhooks' }));
  });

  // Each of these texts, written one behind the other, is also that of another row.
  const PLACES: readonly Place[] = [
    {},
    { id: 'msg_2' },
    { name: 'a' },
    { name: 'a', tenant: 'b' },
    { name: 'ab' },
    { name: 'a', id: 'bmsg_1' },
    { name: 'a', tenant: 'bmsg_1', id: '1' },
    { name: 'a', tenant: '-' },
    { name: 'a-', tenant: 'b' },
    { name: 'a', tenant: 'b-' },
    { name: 'a', tenant: '1:b' },
    { name: 'a1:b' },
    { name: '1:a', tenant: 'b' },
    { name: 'a', tenant: 'b5:msg_1' },
    { name: 'a', tenant: 'b5:msg_1', id: '5:msg_1' },
    { name: 'a-5:msg_1' },
    { name: 'a', tenant: 'b\0' },
    { name: 'a\0', tenant: 'b' },
    { name: 'é', tenant: 'b' },
    { name: 'e\u0301', tenant: 'b' },
    { name: '12:a', tenant: 'b' },
    { name: 'a', tenant: 'undefined' },
    { name: 'a', tenant: 'B' },
  ];

  it('differs for every two of many names, tenants and ids that read alike side by side', async () => {
    const keys = await Promise.all(PLACES.map(keyOf));
    expect(new Set(keys).size).toBe(PLACES.length);
  });

  it.each([':', '-', '|', '/', ',', ';', '=', '_'])(
    'differs where %j stands between the parts, or in one',
    async (mark) => {
      const places: readonly Place[] = [
        { name: 'a', tenant: `b${mark}c`, id: 'd' },
        { name: `a${mark}b`, tenant: 'c', id: 'd' },
        { name: 'a', tenant: 'b', id: `c${mark}d` },
        { name: `a${mark}b${mark}c`, id: 'd' },
        { name: 'a', id: `b${mark}c${mark}d` },
      ];
      const keys = await Promise.all(places.map(keyOf));
      expect(new Set(keys).size).toBe(places.length);
    },
  );
});

describe('key ids, signature text and raw header text never take part', () => {
  const keyFor = async (secrets: SecretsOption, parts = delivery()) =>
    (await verifierAtNow({ secrets }).verify(parts)).replayKey;

  it('rotation changes nothing: another secret, another key id', async () => {
    const before = await keyFor({ id: '2025', secret: SECRET });
    const rotated = delivery({ signature: v1({ key: OTHER_KEY }) });
    expect(
      await keyFor(
        [
          { id: '2025', secret: SECRET },
          { id: '2026', secret: OTHER_SECRET },
        ],
        rotated,
      ),
    ).toBe(before);
  });

  it('several signatures, or those of unknown versions, change nothing', async () => {
    const signature = `v9,abc ${v1({ key: OTHER_KEY })} ${v1()}`;
    expect(await keyFor(SECRET, delivery({ signature }))).toBe(await keyFor(SECRET));
  });

  it('a later attempt of the same delivery is the same, and so is one with another body', async () => {
    expect(await keyFor(SECRET, delivery({ timestamp: secondsAgo(200) }))).toBe(await keyFor(SECRET));
    expect(await keyFor(SECRET, delivery({ body: Buffer.from('{}') }))).toBe(await keyFor(SECRET));
  });

  it('header names in another case change nothing', async () => {
    const { headers, body } = delivery();
    const shouted = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const asHeaders = new Headers(headers);
    const verifier = verifierAtNow();
    expect((await verifier.verify({ headers: shouted, body })).replayKey).toBe(await keyFor(SECRET));
    expect((await verifier.verify({ headers: asHeaders, body })).replayKey).toBe(await keyFor(SECRET));
  });

  it('unsigned headers change nothing', async () => {
    const body = JSON.stringify({ event_id: 'evt_1', event_type: 'x', timestamp: NOW.getTime(), data: {} });
    const secret = 'a secret that is used as it stands';
    const { headers } = await sign({ body }, { provider: empJobQueue, secret });
    const verifier = verifierAtNow({ provider: empJobQueue, secrets: secret });
    const plain = await verifier.verify({ headers, body: Buffer.from(body) });
    const more = { ...headers, 'x-webhook-id': 'other', 'user-agent': 'curl', 'x-timestamp': '0' };
    expect((await verifier.verify({ headers: more, body: Buffer.from(body) })).replayKey).toBe(
      plain.replayKey,
    );
  });

  it('another provider with the same id has another key', async () => {
    const body = JSON.stringify({
      event_id: 'evt_1',
      event_type: 'x',
      timestamp: NOW.toISOString(),
      data: {},
    });
    const secret = 'a secret that is used as it stands';
    const { headers } = await sign({ body }, { provider: aiPlatform, secret });
    const keyNamed = async (name?: string) =>
      (
        await verifierAtNow({ provider: aiPlatform, secrets: secret, name }).verify({
          headers,
          body: Buffer.from(body),
        })
      ).replayKey;
    expect(await keyNamed()).toBe(await keyNamed('aiPlatform'));
    expect(await keyNamed()).not.toBe(await keyNamed('empJobQueue'));
  });
});

describe('a verified delivery', () => {
  it('holds its six members, the body as the very bytes given', async () => {
    const input = delivery();
    const verified = await verifierAtNow({ secrets: { id: 'current', secret: SECRET } }).verify(input);
    const { id, timestamp, body, keyId, tenant, replayKey } = verified;
    expect({ id, timestamp, keyId, tenant }).toEqual({
      id: 'msg_1',
      timestamp: NOW,
      keyId: 'current',
      tenant: undefined,
    });
    expect(body).toBe(input.body);
    expect(replayKey).toBe(verified.replayKey);
  });

  it('writes itself into logs without body and secret', async () => {
    const verified = await verifierAtNow().verify(delivery());
    const { id, keyId, replayKey } = verified;
    expect(JSON.parse(JSON.stringify(verified))).toEqual({
      id,
      timestamp: NOW.toISOString(),
      keyId,
      replayKey,
    });
    expect(inspect(verified, { depth: Infinity, showHidden: true })).not.toContain(SECRET.slice(6));
  });
});
