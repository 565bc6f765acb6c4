import {
  type HandlerContext,
  type Provider,
  type StandardSchema,
  standardWebhooks,
  type WebhookRequest,
} from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { type BufferedRequest, delivery, scriptedStore, secret, stage } from './harness.js';

type Step = 'body' | 'keys' | 'signature' | 'decode' | 'claim' | 'schema' | 'handler' | 'commit' | 'release';

/** A receiver of which every stage writes down that it was reached. */
function recorded(schemaHolds = true) {
  const steps: Step[] = [];
  const clock = fakeClock();
  const note = <T>(step: Step, value: T): T => {
    steps.push(step);
    return value;
  };
  const { scheme, envelope } = standardWebhooks;
  const provider: Provider = {
    ...standardWebhooks,
    scheme: { ...scheme, content: (message) => note('signature', scheme.content(message)) },
    envelope: { ...envelope, decode: (json, header) => note('decode', envelope.decode(json, header)) },
  };
  const schema: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => note('schema', schemaHolds ? { value } : { issues: [{ message: 'no' }] }),
    },
  };
  const store = scriptedStore(clock);
  const inner = { ...store };
  const set = stage(
    {
      provider,
      secrets: () => note('keys', secret),
      events: { 'job.done': schema },
      replay: {
        shared: true,
        claim: (claim, options) => note('claim', inner.claim(claim, options)),
        commit: (claim, options) => note('commit', inner.commit(claim, options)),
        release: (claim, options) => note('release', inner.release(claim, options)),
      },
    },
    clock,
  );
  set.receiver.on('job.done', (_event: unknown, _context: HandlerContext) => note('handler', undefined));
  const handle = ({ body, ...request }: BufferedRequest): ReturnType<typeof set.receiver.handle> => {
    const read: WebhookRequest['body'] = async () => note('body', body);
    return set.receiver.handle({ ...request, body: read });
  };
  return { ...set, steps, handle };
}

test('the order is: body, keys, signature, decode, claim, schema, handler, commit', async () => {
  const { clock, steps, handle } = recorded();
  expect((await handle(await delivery(clock))).status).toBe(200);
  expect(steps).toEqual(['body', 'keys', 'signature', 'decode', 'claim', 'schema', 'handler', 'commit']);
});

describe('header syntax before the body is read', () => {
  test.each<[string, Readonly<Record<string, string | readonly string[] | undefined>>, number]>([
    ['a missing id', { 'webhook-id': undefined }, 400],
    ['a malformed id', { 'webhook-id': 'a.b' }, 400],
    ['a malformed time', { 'webhook-timestamp': '1e9' }, 400],
    ['a malformed list of signatures', { 'webhook-signature': 'v1' }, 400],
    ['a repeated header', { 'webhook-id': ['a', 'b'] }, 400],
    ['a compressed body', { 'content-encoding': 'gzip' }, 415],
    ['a declared length over the limit', { 'content-length': '1048577' }, 413],
    ['a malformed length', { 'content-length': '1e3' }, 400],
  ])('%s: neither body nor keys are asked for', async (_name, headers, status) => {
    const { clock, steps, handle } = recorded();
    expect((await handle(await delivery(clock, { headers }))).status).toBe(status);
    expect(steps).toEqual([]);
  });

  test('another method than POST', async () => {
    const { clock, steps, handle } = recorded();
    expect((await handle({ ...(await delivery(clock)), method: 'PUT' })).status).toBe(405);
    expect(steps).toEqual([]);
  });
});

test('keys after the body: a body over the limit costs no look-up of keys', async () => {
  const { clock, steps, handle } = recorded();
  const request = await delivery(clock);
  expect((await handle({ ...request, body: new Uint8Array(1_048_577) })).status).toBe(413);
  expect(steps).toEqual(['body']);
});

describe('signature before decode', () => {
  test('a body that is no JSON, with a wrong signature, is 401: it is not parsed', async () => {
    const { clock, steps, handle, codes } = recorded();
    const request = await delivery(clock);
    expect((await handle({ ...request, body: new TextEncoder().encode('{') })).status).toBe(401);
    expect(steps).toEqual(['body', 'keys', 'signature']);
    await clock.advance(0);
    expect(codes()).toEqual(['signature_mismatch']);
  });

  test('a stale time with a wrong signature is a wrong signature', async () => {
    const { clock, handle, codes } = recorded();
    const request = await delivery(clock, { headers: { 'webhook-timestamp': '1' } });
    expect((await handle(request)).status).toBe(401);
    await clock.advance(0);
    expect(codes()).toEqual(['signature_mismatch']);
  });
});

test('decode before freshness: a signed, stale body that is no JSON is 400', async () => {
  const { clock, steps, handle, codes } = recorded();
  const signedAt = new Date(clock.now() - 3_600_000);
  expect((await handle(await delivery(clock, { signedAt, body: '{' }))).status).toBe(400);
  expect(codes()).toEqual(['invalid_json']);
  expect(steps).toEqual(['body', 'keys', 'signature']);
});

test.each([-300_001, 300_001 + 999])(
  'freshness before claim: a time off by %i ms leaves no trace in the store',
  async (offMs) => {
    const { clock, steps, handle } = recorded();
    const request = await delivery(clock, { signedAt: new Date(clock.now() + offMs) });
    expect((await handle(request)).status).toBe(401);
    expect(steps).toEqual(['body', 'keys', 'signature', 'decode']);
  },
);

test('claim before schema: a duplicate is not validated again', async () => {
  const { clock, steps, handle } = recorded();
  const request = await delivery(clock);
  await handle(request);
  steps.length = 0;
  expect((await handle(request)).status).toBe(200);
  expect(steps).toEqual(['body', 'keys', 'signature', 'decode', 'claim']);
});

test('schema before handler: what fails it is given back, and no handler runs', async () => {
  const { clock, steps, handle } = recorded(false);
  expect((await handle(await delivery(clock))).status).toBe(422);
  expect(steps.slice(4)).toEqual(['claim', 'schema', 'release']);
});
