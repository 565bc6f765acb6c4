import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/provider/provider.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';
import { delivery, NOW, OTHER_KEY, secondsAgo, v1, verifierAtNow } from './deliveries.js';
import { refusal } from './refusal.js';

const SECRET = 'whsec_a-secret-that-is-used-verbatim';
const mac = (content: string | Uint8Array, secret = SECRET) =>
  createHmac('sha256', secret).update(content).digest('hex');

function verbatim(provider: Provider, headers: Readonly<Record<string, string>>, body: string) {
  return verifierAtNow({ provider, secrets: SECRET }).verify({ headers, body: Buffer.from(body) });
}

const stripeAt = (seconds: string, body: string, secret = SECRET) =>
  verbatim(stripe, { 'stripe-signature': `t=${seconds},v1=${mac(`${seconds}.${body}`, secret)}` }, body);

describe('the order of checks: header syntax, keys, signature, decode, freshness, identity', () => {
  it('header syntax before keys: nobody is asked for secrets by a malformed request', async () => {
    let asked = 0;
    const secrets = () => {
      asked += 1;
      return undefined;
    };
    const verifier = verifierAtNow({ secrets });
    const malformed = delivery({ timestamp: '17e8' });
    expect((await refusal(verifier.verify(malformed))).code).toBe('malformed_header');
    expect((await refusal(verifier.verify({ ...malformed, headers: {} }))).code).toBe('missing_header');
    expect(asked).toBe(0);
    expect((await refusal(verifier.verify(delivery()))).code).toBe('no_key');
    expect(asked).toBe(1);
  });

  it('keys before signature: no key is no mismatch', async () => {
    const verifier = verifierAtNow({ secrets: () => undefined });
    const error = await refusal(verifier.verify(delivery({ signature: v1({ key: OTHER_KEY }) })));
    expect(error.code).toBe('no_key');
  });

  it.each([
    ['a stale delivery', secondsAgo(301)],
    ['a year-old delivery', secondsAgo(31_536_000)],
    ['a delivery from the future', secondsAgo(-301)],
  ])(
    'signature before freshness: %s with a wrong signature is signature_mismatch',
    async (_name, timestamp) => {
      const forged = delivery({ timestamp, signature: v1({ timestamp, key: OTHER_KEY }) });
      expect((await refusal(verifierAtNow().verify(forged))).code).toBe('signature_mismatch');
      const genuine = await refusal(verifierAtNow().verify(delivery({ timestamp })));
      expect(genuine.code).toMatch(/^timestamp_too_/);
    },
  );

  it.each([
    ['JSON', '{"id":', 'invalid_json'],
    ['an object with an id', '{"type":"x"}', 'malformed_identity'],
    ['an object', '[]', 'malformed_envelope'],
  ])(
    'signature before decode: a body that is not %s with a wrong signature is signature_mismatch',
    async (_name, body, code) => {
      expect((await refusal(stripeAt(secondsAgo(0), body, 'another secret, long enough'))).code).toBe(
        'signature_mismatch',
      );
      expect((await refusal(stripeAt(secondsAgo(0), body))).code).toBe(code);
    },
  );

  it('signature before the headers that only repeat the body', async () => {
    const body = JSON.stringify({
      event_type: 'job.completed',
      event_id: 'evt_1',
      timestamp: NOW.getTime(),
      data: {},
    });
    const headers = { 'x-webhook-signature': `sha256=${mac(body)}`, 'x-event-id': 'evt_2' };
    expect((await refusal(verbatim(empJobQueue, headers, body))).code).toBe('header_mismatch');
    const forged = { ...headers, 'x-webhook-signature': `sha256=${'0'.repeat(64)}` };
    expect((await refusal(verbatim(empJobQueue, forged, body))).code).toBe('signature_mismatch');
  });

  it('decode before freshness: a stale body that is no JSON is invalid_json', async () => {
    expect((await refusal(stripeAt(secondsAgo(301), '{"id":'))).code).toBe('invalid_json');
    expect((await refusal(stripeAt(secondsAgo(301), '{"id":"evt_1","type":"x"}'))).code).toBe(
      'timestamp_too_old',
    );
  });

  it('freshness before identity: `replayIdentity` never sees a stale or a forged delivery', async () => {
    let seen = 0;
    const replayIdentity = () => {
      seen += 1;
      return 'x';
    };
    const verifier = verifierAtNow({ replayIdentity });
    await refusal(verifier.verify(delivery({ timestamp: secondsAgo(301) })));
    await refusal(verifier.verify(delivery({ signature: v1({ key: OTHER_KEY }) })));
    expect(seen).toBe(0);
    const { replayKey } = await verifier.verify(delivery());
    expect([replayKey.length, seen]).toEqual([64, 1]);
  });

  it('decode is skipped where id and time stand in signed headers: any bytes are verified', async () => {
    for (const body of [
      Buffer.alloc(0),
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from('\ufeff{}'),
      Buffer.from('{'),
    ]) {
      expect((await verifierAtNow().verify(delivery({ body }))).body).toBe(body);
    }
  });
});

describe('where the signature itself needs a parsed part, that parse is bounded and total', () => {
  it.each([
    ['an empty body', '', 'invalid_json'],
    ['a body that is no JSON', '{"data":', 'invalid_json'],
    ['a body without data', '{"event":"x"}', 'malformed_envelope'],
    ['no object', '[{"data":1}]', 'invalid_json'],
    ['duplicate keys', '{"event":"x","data":1,"data":2}', 'invalid_json'],
    ['NaN', '{"event":"x","data":NaN}', 'invalid_json'],
    ['101 levels', `{"event":"x","data":${'['.repeat(101)}${']'.repeat(101)}}`, 'invalid_json'],
    ['a million brackets', `{"event":"x","data":${'['.repeat(1_000_000)}`, 'invalid_json'],
  ])('%s', async (_name, body, code) => {
    const error = await refusal(verbatim(ragEngine, { 'x-webhook-signature': '0'.repeat(64) }, body));
    expect(error).toMatchObject({ code, status: 400 });
  });

  it('and refuses bytes that are no UTF-8', async () => {
    const verifier = verifierAtNow({ provider: ragEngine, secrets: SECRET });
    const body = Buffer.concat([Buffer.from('{"event":"x","data":"'), Buffer.of(0xff), Buffer.from('"}')]);
    const error = await refusal(
      verifier.verify({ headers: { 'x-webhook-signature': '0'.repeat(64) }, body }),
    );
    expect(error.code).toBe('invalid_utf8');
  });
});
