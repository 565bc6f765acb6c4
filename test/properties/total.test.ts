import { createVerifier, isWebhookError, type Provider, sign, type WebhookHeaders } from '@countersign/core';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all, bytes, ids, json, NOW } from './deliveries.js';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

/** Rejects with anything but a `WebhookError` fail the property; a result is as good as a refusal. */
async function expectTotal(
  provider: Provider,
  input: Parameters<ReturnType<typeof createVerifier>['verify']>[0],
) {
  const verifier = createVerifier({ provider, secrets: SECRET, now: () => NOW.getTime() });
  const result = await verifier.verify(input).then(
    (verified) => verified.replayKey,
    (error: unknown) => error,
  );
  if (typeof result !== 'string' && !isWebhookError(result)) throw result;
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
  // Pieces of what the providers write, put together wrongly.
  fc
    .array(
      fc.constantFrom(
        'v1',
        'v1a',
        't',
        '=',
        ',',
        ' ',
        ';',
        '.',
        'sha256=',
        '1768473000',
        'AAAA',
        'a'.repeat(64),
        '\0',
      ),
      {
        maxLength: 40,
      },
    )
    .map((pieces) => pieces.join('')),
);
const values = fc.oneof(texts, fc.array(texts, { maxLength: 3 }), fc.constant(undefined));

/** Headers with the provider's own names, in any case, and others. */
function headersFor(provider: Provider): fc.Arbitrary<WebhookHeaders> {
  const known = [
    ...provider.scheme.headers,
    'x-webhook-event',
    'x-event-id',
    'x-github-event',
    '__proto__',
    'get',
  ];
  const names = fc.oneof(
    fc.constantFrom(...known, ...known.map((name) => name.toUpperCase())),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  return fc.dictionary(names, values, { maxKeys: 10 });
}

describe('no input to `verify` throws anything but a WebhookError', () => {
  it.each(all)('$name: any headers, method, url and bytes', async (provider) => {
    await fc.assert(
      fc.asyncProperty(headersFor(provider), texts, texts, bytes, (headers, method, url, body) =>
        expectTotal(provider, { headers, method, url, body }),
      ),
      { numRuns: 300 },
    );
  });

  it.each(all)('$name: any headers and any JSON', async (provider) => {
    await fc.assert(
      fc.asyncProperty(headersFor(provider), json, (headers, value) =>
        expectTotal(provider, { headers, body: Buffer.from(JSON.stringify(value)) }),
      ),
    );
  });

  // Whoever has the secret may send anything too: the signature holds, and the body is then read.
  const members = fc.constantFrom(
    'id',
    'type',
    'event',
    'event_id',
    'event_type',
    'timestamp',
    'created',
    'data',
    'metadata',
  );
  const bodies = fc.oneof(
    bytes,
    json.map((value) => Buffer.from(JSON.stringify(value))),
    fc.dictionary(members, json, { maxKeys: 9 }).map((value) => Buffer.from(JSON.stringify(value))),
    fc
      .tuple(ids, json)
      .map(([id, timestamp]) =>
        Buffer.from(JSON.stringify({ id, event_id: id, type: 'x', event_type: 'x', timestamp })),
      ),
  );

  it.each(all)('$name: any bytes, any JSON and any members under a right signature', async (provider) => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const signing = sign({ id: 'msg_1', timestamp: NOW, body }, { provider, secret: SECRET });
        // ragEngine signs only what it can canonicalise; the other bodies have no right signature.
        const delivery = await signing.catch((error: unknown) => {
          if (provider !== ragEngine) throw error;
          return { headers: { 'x-webhook-signature': '0'.repeat(64) }, body };
        });
        await expectTotal(provider, delivery);
      }),
      { numRuns: 400 },
    );
  });

  it('deep JSON under a right signature', async () => {
    for (const provider of all) {
      for (const deep of ['['.repeat(100_000), `${'['.repeat(100_000)}${']'.repeat(100_000)}`]) {
        for (const text of [deep, `{"id":"evt_1","event_id":"evt_1","event_type":"x","timestamp":${deep}}`]) {
          const body = Buffer.from(text);
          const signing = sign({ id: 'msg_1', timestamp: NOW, body }, { provider, secret: SECRET });
          const none = { headers: { 'x-webhook-signature': '0'.repeat(64) }, body };
          await expectTotal(provider, await signing.catch(() => none));
        }
      }
    }
    expect(all).toHaveLength(8);
  });
});
