import { describe, expect, it } from 'vitest';
import { keyRing } from '../../src/keys/key-ring.js';
import type { Provider } from '../../src/provider/provider.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { stripe } from '../../src/providers/stripe.js';
import { hmacScheme } from '../../src/scheme/hmac-scheme.js';
import { type SignInput, sign } from '../../src/sign/sign.js';
import {
  BODY,
  delivery,
  NOW,
  OTHER_KEY,
  OTHER_SECRET,
  SECRET,
  v1,
  verifierAtNow,
} from '../verify/deliveries.js';
import { misuse } from '../verify/refusal.js';

const message: SignInput = { id: 'msg_1', timestamp: NOW, body: BODY };

describe('sign', () => {
  it('writes the headers to add, and hands the body back', async () => {
    const signed = await sign(message, { secret: SECRET });
    expect(signed).toEqual(delivery());
    expect(signed.body).toBe(BODY);
  });

  it('signs with every secret of a list, in order', async () => {
    const { headers } = await sign(message, { secret: [SECRET, OTHER_SECRET] });
    expect(headers['webhook-signature']).toBe(`${v1()} ${v1({ key: OTHER_KEY })}`);
  });

  it('takes a key ring, and only its keys that are valid at the time signed', async () => {
    const ring = keyRing([
      { id: 'old', secret: SECRET, notAfter: NOW },
      { id: 'new', secret: OTHER_SECRET, notBefore: NOW },
    ]);
    expect((await sign(message, { secret: ring })).headers['webhook-signature']).toBe(v1({ key: OTHER_KEY }));
    const before = new Date(NOW.getTime() - 1000);
    const earlier = await sign({ ...message, timestamp: before }, { secret: ring });
    expect(earlier.headers['webhook-signature']).toBe(v1({ timestamp: '1768472999' }));
    const error = await misuse(sign(message, { secret: { id: 'old', secret: SECRET, notAfter: NOW } }));
    expect(error.message).toBe('no secret is valid at `timestamp`');
  });

  it('signs now by default', async () => {
    const { headers } = await sign({ id: 'msg_1', body: BODY }, { secret: SECRET });
    expect(Math.abs(Number(headers['webhook-timestamp']) * 1000 - Date.now())).toBeLessThan(10_000);
  });

  it('rounds the time down: nothing is signed in the future', async () => {
    const { headers } = await sign(
      { ...message, timestamp: new Date(NOW.getTime() + 999) },
      { secret: SECRET },
    );
    expect(headers['webhook-timestamp']).toBe(delivery().headers['webhook-timestamp']);
  });

  it('signs the method where a provider does, POST by default', async () => {
    const provider: Provider = {
      ...github,
      scheme: hmacScheme({
        name: 'acme',
        content: '{method}{url}{body}',
        signature: { header: 'x-signature', encoding: 'hex' },
        publicUrl: 'https://example.com/hook',
      }),
    };
    const secret = 'a secret that is used as it stands';
    const signed = async (method?: string) =>
      (await sign({ body: BODY, method }, { provider, secret })).headers;
    expect(await signed()).toEqual(await signed('POST'));
    expect(await signed('PUT')).not.toEqual(await signed('POST'));
    const verifier = verifierAtNow({ provider, secrets: secret });
    expect((await verifier.verify({ headers: await signed('PUT'), body: BODY, method: 'PUT' })).keyId).toBe(
      'k0',
    );
  });
});

describe('sign refuses what no receiver would accept', () => {
  it.each<readonly [name: string, input: SignInput, message: string]>([
    ['no id', { body: BODY }, '`id` must be 1 to 256 visible ASCII characters: standardWebhooks signs it'],
    [
      'an empty id',
      { ...message, id: '' },
      '`id` must be 1 to 256 visible ASCII characters: standardWebhooks signs it',
    ],
    [
      'an id with white space',
      { ...message, id: 'a b' },
      '`id` must be 1 to 256 visible ASCII characters: standardWebhooks signs it',
    ],
    [
      'an id with a newline',
      { ...message, id: 'a\nb' },
      '`id` must be 1 to 256 visible ASCII characters: standardWebhooks signs it',
    ],
    [
      'an id that is too long',
      { ...message, id: 'a'.repeat(257) },
      '`id` must be 1 to 256 visible ASCII characters: standardWebhooks signs it',
    ],
    [
      'an id with the delimiter',
      { ...message, id: 'a.b' },
      'this delivery cannot be signed for standardWebhooks: header `webhook-id` must be 1 to 256 visible ASCII characters without `.`',
    ],
    [
      'an invalid date',
      { ...message, timestamp: new Date('soon') },
      '`timestamp` must be a valid Date, got Date',
    ],
    [
      'a time that is no date',
      { ...message, timestamp: JSON.parse('1768473000') },
      '`timestamp` must be a valid Date, got 1768473000 (number)',
    ],
    [
      'a time before 1970',
      { ...message, timestamp: new Date(-1) },
      'this delivery cannot be signed for standardWebhooks: header `webhook-timestamp` must be canonical digits, in seconds',
    ],
    [
      'a body that is an object',
      { ...message, body: JSON.parse('{}') },
      '`body` must be bytes or text, got Object',
    ],
    ['no body', { ...message, body: JSON.parse('null') }, '`body` must be bytes or text, got null'],
    [
      'a body with an unpaired surrogate',
      { ...message, body: '{"a":"\ud800"}' },
      '`body` has an unpaired surrogate',
    ],
  ])('%s', async (_name, input, text) => {
    const error = await misuse(sign(input, { secret: SECRET }));
    expect(error).toMatchObject({ code: 'invalid_input', message: text });
  });

  it.each([
    ['an empty secret', '', 'the secret must not be empty'],
    [
      'a trailing newline',
      `${SECRET}\n`,
      'the secret has white space around it (a trailing newline?): remove it',
    ],
    ['no secret at all', [], '`secrets` must hold 1 to 16 secrets, got 0'],
  ])('%s', async (_name, secret, text) => {
    expect(await misuse(sign(message, { secret }))).toMatchObject({ code: 'invalid_secret', message: text });
  });
});

describe('an id that the provider does not sign', () => {
  it.each([github, stripe, dcisionai, aiPlatform, empJobQueue])('is ignored by $name', async (provider) => {
    const body = '{"id":"evt_1"}';
    const secret = 'a secret that is used as it stands';
    const withId = await sign({ id: 'msg_1', timestamp: NOW, body }, { provider, secret });
    expect(withId).toEqual(await sign({ timestamp: NOW, body }, { provider, secret }));
  });

  it('is needed by deliveryFlow', async () => {
    const secret = 'a secret that is used as it stands';
    const error = await misuse(sign({ body: BODY }, { provider: deliveryFlow, secret }));
    expect(error.message).toBe('`id` must be 1 to 256 visible ASCII characters: deliveryFlow signs it');
  });
});
