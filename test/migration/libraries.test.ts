import { createVerifier, generateSecret, isWebhookError } from '@countersign/core';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, test } from 'vitest';
import { serve } from './harness.js';

const secret = generateSecret();
const paid = '{"type":"invoice.paid","data":{"amount":1}}';

interface Signer {
  sign(id: string, timestamp: Date, payload: string): string;
}

/** A request as the library's own sender makes it. */
function headersOf(
  library: Signer,
  prefix: 'webhook' | 'svix',
  body: string,
  { id = 'msg_1', at = new Date() }: { readonly id?: string; readonly at?: Date } = {},
): Record<string, string> {
  return {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
    [`${prefix}-signature`]: library.sign(id, at, body),
  };
}

const pages = [
  {
    name: 'standardwebhooks',
    prefix: 'webhook',
    library: new StandardWebhook(secret),
    other: new StandardWebhook(generateSecret()),
    before: () => import('./before/standard-webhooks.js'),
    after: () => import('./after/standard-webhooks.js'),
  },
  {
    name: 'svix',
    prefix: 'svix',
    library: new SvixWebhook(secret),
    other: new SvixWebhook(generateSecret()),
    before: () => import('./before/svix.js'),
    after: () => import('./after/svix.js'),
  },
] as const;

describe.each(pages)('from $name', ({ prefix, library, other, before, after }) => {
  test.each([
    ['before', before],
    ['after', after],
  ])('%s: a genuine delivery runs and is answered 204', async (_name, load) => {
    const { post, booked } = await serve(load, { secret });
    expect((await post(headersOf(library, prefix, paid), paid)).status).toBe(204);
    expect(booked).toEqual([JSON.parse(paid)]);
  });

  const hour = 3_600_000;
  const refusals = {
    'an altered body': [headersOf(library, prefix, paid), paid.replace('1', '1000'), 401],
    'another secret': [headersOf(other, prefix, paid), paid, 401],
    'an old time': [headersOf(library, prefix, paid, { at: new Date(Date.now() - hour) }), paid, 401],
    'a time to come': [headersOf(library, prefix, paid, { at: new Date(Date.now() + hour) }), paid, 401],
    'no headers': [{}, paid, 400],
  } as const;

  test.each(Object.entries(refusals))(
    'both refuse %s: 400 before, %s after',
    async (_name, [headers, body, status]) => {
      const old = await serve(before, { secret });
      expect((await old.post(headers, body)).status).toBe(400);
      const { post, booked } = await serve(after, { secret });
      expect((await post(headers, body)).status).toBe(status);
      expect([...old.booked, ...booked]).toEqual([]);
    },
  );

  test('a copy ran again before, and is a duplicate after', async () => {
    const headers = headersOf(library, prefix, paid);
    const old = await serve(before, { secret });
    await old.post(headers, paid);
    expect((await old.post(headers, paid)).status).toBe(204);
    expect(old.booked).toHaveLength(2);
    const { post, booked } = await serve(after, { secret });
    await post(headers, paid);
    expect(await post(headers, paid)).toEqual({
      status: 200,
      text: '{"received":true,"status":"duplicate"}',
    });
    expect(booked).toHaveLength(1);
  });

  test('several signatures in one header, while the sender rotates its secret', async () => {
    const headers = headersOf(library, prefix, paid);
    const name = `${prefix}-signature`;
    const both = `${headersOf(other, prefix, paid)[name]} ${headers[name]}`;
    for (const load of [before, after]) {
      const { post } = await serve(load, { secret });
      expect((await post({ ...headers, [name]: both }, paid)).status).toBe(204);
    }
  });

  test('a body without a type, which the library does not ask for, is 400 after', async () => {
    const body = '{"data":{"amount":1}}';
    const old = await serve(before, { secret });
    expect((await old.post(headersOf(library, prefix, body), body)).status).toBe(204);
    const { post } = await serve(after, { secret });
    expect((await post(headersOf(library, prefix, body), body)).status).toBe(400);
  });
});

describe('header names', () => {
  const unbranded = headersOf(pages[1].library, 'webhook', paid);
  const branded = headersOf(pages[1].library, 'svix', paid);

  test('`svix-*` is refused by `standardWebhooks`: its headers are missing', async () => {
    const { post } = await serve(pages[0].after, { secret });
    expect((await post(branded, paid)).status).toBe(400);
  });

  test('`webhook-*` from Svix is plain Standard Webhooks', async () => {
    const { post, booked } = await serve(pages[0].after, { secret });
    expect((await post(unbranded, paid)).status).toBe(204);
    expect(booked).toHaveLength(1);
  });

  test('a request that has both is accepted by either provider, each by its own', async () => {
    for (const load of [pages[0].after, pages[1].after]) {
      const { post } = await serve(load, { secret });
      expect((await post({ ...unbranded, ...branded }, paid)).status).toBe(204);
    }
  });
});

describe('times in the body', () => {
  const epoch = '{"type":"user.created","timestamp":1795350000000,"data":{}}';

  test('a number for `timestamp` is 400 with `standardWebhooks`, whose body has RFC 3339', async () => {
    const { post } = await serve(pages[0].after, { secret });
    expect((await post(headersOf(pages[0].library, 'webhook', epoch), epoch)).status).toBe(400);
  });

  test('the provider for `svix-*` does not look at it', async () => {
    const { post } = await serve(pages[1].after, { secret });
    expect((await post(headersOf(pages[1].library, 'svix', epoch), epoch)).status).toBe(204);
  });
});

describe('secrets', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

  test.each([
    ['bytes', bytes, bytes],
    [
      'a text',
      'a secret of more than 16 bytes: é',
      Buffer.from('a secret of more than 16 bytes: é', 'latin1'),
    ],
  ])('`format: "raw"` of %s is a secret given as bytes', async (_name, theirs, ours) => {
    const headers = headersOf(new StandardWebhook(theirs, { format: 'raw' }), 'webhook', paid);
    const delivery = await createVerifier({ secrets: ours }).verify({ headers, body: Buffer.from(paid) });
    expect(delivery.id).toBe('msg_1');
  });

  test('the text after `whsec_` alone will do, in both', async () => {
    const bare = secret.slice('whsec_'.length);
    const headers = headersOf(new StandardWebhook(bare), 'webhook', paid);
    const delivery = await createVerifier({ secrets: bare }).verify({ headers, body: Buffer.from(paid) });
    expect(delivery.keyId).toBe('k0');
  });

  test('shorter than 16 bytes is refused at construction', () => {
    const short = `whsec_${Buffer.from('fifteen bytes !').toString('base64')}`;
    expect(() => new StandardWebhook(short)).not.toThrow();
    expect(() => createVerifier({ secrets: short })).toThrow(/16 bytes/);
  });
});

describe('`verify` alone', () => {
  test('any body, no type asked for: what `jsonParse: false` did', async () => {
    const body = 'not JSON';
    const headers = headersOf(pages[0].library, 'webhook', body);
    const verifier = createVerifier({ secrets: secret });
    const delivery = await verifier.verify({ headers, body: Buffer.from(body) });
    expect(Buffer.from(delivery.body).toString()).toBe(body);
    const altered = verifier.verify({ headers, body: Buffer.from(`${body}!`) });
    await expect(altered).rejects.toSatisfy(
      (error) => isWebhookError(error) && error.code === 'signature_mismatch',
    );
  });
});
