import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyRing, type Secrets } from '../../src/keys/key-ring.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';
import { sign } from '../../src/sign/sign.js';
import { createVerifier } from '../../src/verify/create-verifier.js';
import { misuse, refusal, thrownBy } from '../verify/refusal.js';
import { type Handmade, handmade, handmadeBy, SENT_AT } from './handmade.js';

interface Change {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly secrets?: Secrets;
}

function verify({ provider, secret, headers, unsigned, body }: Handmade, change: Change = {}) {
  const verifier = createVerifier({
    provider,
    secrets: change.secrets ?? secret,
    now: () => SENT_AT.getTime(),
  });
  return verifier.verify({
    headers: { ...unsigned, ...headers, ...change.headers },
    body: Buffer.from(change.body ?? body),
  });
}

describe.each(handmade.map((made) => ({ ...made, name: made.provider.name, made })))(
  '$name on the wire',
  ({ made, provider, secret, headers, body, signedId, time, type }) => {
    it('is verified as its document describes it', async () => {
      const verified = await verify(made);
      expect([verified.timestamp, verified.keyId]).toEqual([time, 'k0']);
      expect(Buffer.from(verified.body).toString()).toBe(body);
    });

    it('is decoded to its type', () => {
      const all: Readonly<Record<string, string>> = { ...made.unsigned, ...headers };
      expect(provider.envelope.decode(JSON.parse(body), (name) => all[name]).type).toBe(type);
    });

    it('is signed the same, byte for byte', async () => {
      const unsignedBody = provider === ragEngine ? body.replace(/, "signature".*$/, '}') : body;
      const signed = await sign(
        { id: signedId, timestamp: SENT_AT, body: unsignedBody },
        { provider, secret },
      );
      expect(signed.headers).toEqual(headers);
      if (provider === ragEngine) {
        expect(JSON.parse(Buffer.from(signed.body).toString())).toEqual(JSON.parse(body));
      } else {
        expect(Buffer.from(signed.body).toString()).toBe(body);
      }
    });

    it('writes exactly the headers that no custom header may take', () => {
      expect([...provider.scheme.headers].sort()).toEqual(Object.keys(headers).sort());
    });

    it.each(Object.keys(headers))('is refused without %s', async (name) => {
      expect((await refusal(verify(made, { headers: { [name]: undefined } }))).code).toBe('missing_header');
    });

    it('is refused with another secret, also one that differs in its last character', async () => {
      for (const other of [
        'another secret that is long enough',
        `${secret.slice(0, -2)}${secret.endsWith('0') ? '12' : 'A='}`,
      ]) {
        const usable =
          secret.startsWith('whsec_') && provider !== stripe
            ? `whsec_${Buffer.from(other).toString('base64')}`
            : other;
        expect((await refusal(verify(made, { secrets: usable }))).code).toBe('signature_mismatch');
      }
    });

    it('is refused when what is signed changes', async () => {
      const altered = body.replace(/"(amount|id|number|model_id|name|job_id|document_id)":(\s*)"?/, '$&9');
      expect(altered).not.toBe(body);
      expect((await refusal(verify(made, { body: altered }))).code).toMatch(
        /^(signature_mismatch|invalid_json)$/,
      );
    });

    it('is verified during rotation by either secret, and names it', async () => {
      const fresh = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
      const secrets: Secrets = [
        { id: 'new', secret: fresh },
        { id: 'old', secret },
      ];
      expect((await verify(made, { secrets })).keyId).toBe('old');
      expect(keyRing(secrets, provider).ids).toEqual(['new', 'old']);
    });

    it('is refused with a MAC of SHA-1 or SHA-512 over the same content', async () => {
      const key =
        secret.startsWith('whsec_') && provider !== stripe ? Buffer.from(secret.slice(6), 'base64') : secret;
      const name = Object.keys(headers).find((each) => each.includes('signature')) ?? '';
      for (const hash of ['sha1', 'sha512']) {
        const weaker = createHmac(hash, key).update(made.content);
        const value = (headers[name] ?? '').replace(/[0-9a-f]{64}|[\w+/]{43}=$/, (old) =>
          weaker.digest(old.length === 64 ? 'hex' : 'base64'),
        );
        expect(value).not.toBe(headers[name]);
        expect((await refusal(verify(made, { headers: { [name]: value } }))).code).toBe('signature_mismatch');
      }
    });
  },
);

describe('providers with one signature in their header', () => {
  const single = handmade.filter(({ provider }) => !['standardWebhooks', 'stripe'].includes(provider.name));

  it.each(single.map((made) => [made.provider.name, made] as const))(
    '%s refuses to sign with two secrets',
    async (name, made) => {
      const body = made.provider === ragEngine ? '{"event":"x","data":1}' : made.body;
      const secret = [made.secret, 'another secret that is long enough'];
      const error = await misuse(sign({ id: made.signedId, body }, { provider: made.provider, secret }));
      expect(error).toMatchObject({
        code: 'invalid_secret',
        message: `\`${name}\` sends exactly one signature: give one secret`,
      });
    },
  );
});

describe('what is no provider', () => {
  it.each(['{}', 'null', '"stripe"', '{"scheme":{},"envelope":{}}'])(
    '%s is refused by both sides',
    async (json) => {
      const provider = JSON.parse(json) ?? Object(json);
      const secret = 'a secret that is long enough';
      const both = [
        thrownBy(() => createVerifier({ provider, secrets: secret })),
        await misuse(sign({ body: '{}' }, { provider, secret })),
      ];
      for (const error of both) {
        expect(error).toMatchObject({ name: 'ConfigurationError', code: 'invalid_option' });
        expect(String(error)).toContain('`provider` must be a provider such as `standardWebhooks`, got ');
      }
    },
  );
});

describe('stripe', () => {
  const made = handmadeBy(stripe);
  const header = made.headers['stripe-signature'] ?? '';
  const [time = '', v1 = ''] = header.split(',');
  const verifyHeader = (value: string) => verify(made, { headers: { 'stripe-signature': value } });

  it.each([
    ['a wrong v1 before it', `${time},v1=${'0'.repeat(64)},${v1}`],
    ['a v0 of test mode', `${time},${v1},v0=${'a'.repeat(64)}`],
    ['another order', `${v1},${time}`],
    ['white space behind commas', `${time}, ${v1}`],
    ['entries that nobody knows', `x=1,${time},${v1},v2=ab`],
  ])('accepts %s', async (_name, value) => {
    expect((await verifyHeader(value)).id).toBe('evt_1');
  });

  it.each([
    ['its value as v0', `${time},${v1.replace('v1', 'v0')}`, 'signature_mismatch'],
    ['no signature', time, 'signature_mismatch'],
    ['no time', v1, 'malformed_header'],
    ['two times', `${time},t=1,${v1}`, 'malformed_header'],
    ['the same time twice', `${time},${time},${v1}`, 'malformed_header'],
    ['another time', `t=1768473001,${v1}`, 'signature_mismatch'],
    ['a time that is not canonical', `t=01768473000,${v1}`, 'malformed_header'],
    ['upper-case hex', `${time},${v1.toUpperCase().replace('V1', 'v1')}`, 'signature_mismatch'],
    ['semicolons', `${time};${v1}`, 'malformed_header'],
  ])('refuses %s', async (_name, value, code) => {
    expect((await refusal(verifyHeader(value))).code).toBe(code);
  });

  it('signs with both secrets during rotation', async () => {
    const body = '{"id":"evt_1","type":"x"}';
    const secrets = ['the first of two secrets', 'the second of two secrets'];
    const { headers } = await sign({ timestamp: SENT_AT, body }, { provider: stripe, secret: secrets });
    const macs = secrets.map((secret) =>
      createHmac('sha256', secret).update(`1768473000.${body}`).digest('hex'),
    );
    expect(headers).toEqual({ 'stripe-signature': `t=1768473000,v1=${macs[0]},v1=${macs[1]}` });
  });
});

describe('ragEngine', () => {
  const provider = ragEngine;
  const secret = 'webhook_secret_1234567890';

  it('writes the signature into the body too', async () => {
    const body = '{"event":"x","data":{"b":1,"a":2.50}}';
    const mac = createHmac('sha256', secret).update('{"a": 2.50, "b": 1}').digest('hex');
    const signed = await sign({ body }, { provider, secret });
    expect(signed.headers).toEqual({ 'x-webhook-signature': mac });
    expect(Buffer.from(signed.body).toString()).toBe(
      `{"event":"x","data":{"b":1,"a":2.50},"signature":"${mac}"}`,
    );
  });

  it.each(['"wrong"', 'null', '{"a":[]}'])('never looks at the copy in the body: %s', async (copy) => {
    const mac = createHmac('sha256', secret).update('1').digest('hex');
    const verifier = createVerifier({ provider, secrets: secret });
    const body = Buffer.from(`{"event":"x","data":1,"signature":${copy}}`);
    const verified = await verifier.verify({ headers: { 'x-webhook-signature': mac }, body });
    expect(verified.id).toBe(createHash('sha256').update('x\x001').digest('hex'));
    const swapped = { 'x-webhook-signature': '0'.repeat(64) };
    const forged = Buffer.from(`{"event":"x","data":1,"signature":"${mac}"}`);
    expect((await refusal(verifier.verify({ headers: swapped, body: forged }))).code).toBe(
      'signature_mismatch',
    );
  });

  it.each([
    [
      'a signature already',
      '{"event":"x","data":1,"signature":"x"}',
      '`body` has a `signature` already: give it unsigned',
    ],
    ['no data', '{"event":"x"}', 'this delivery cannot be signed for ragEngine: `data` is missing'],
    ['duplicate keys', '{"data":1,"data":2}', 'this delivery cannot be signed for ragEngine: '],
  ])('refuses to sign a body with %s', async (_name, body, message) => {
    const error = await misuse(sign({ body }, { provider, secret }));
    expect(error.code).toBe('invalid_input');
    expect(error.message).toContain(message);
  });
});
