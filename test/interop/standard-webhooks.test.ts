import { createVerifier, generateSecret, isWebhookError, sign } from '@countersign/core';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';

interface Library {
  sign(id: string, timestamp: Date, payload: string): string;
  verify(payload: string, headers: Record<string, string>): unknown;
}

const LIBRARIES: readonly {
  readonly name: string;
  readonly prefix: string;
  open(secret: string): Library;
}[] = [
  { name: 'standardwebhooks', prefix: 'webhook', open: (secret) => new StandardWebhook(secret) },
  { name: 'svix', prefix: 'svix', open: (secret) => new SvixWebhook(secret) },
  { name: 'svix with unbranded headers', prefix: 'webhook', open: (secret) => new SvixWebhook(secret) },
];

const BODIES: Record<string, string> = {
  JSON: '{"type":"invoice.paid","timestamp":"2026-01-15T10:30:00Z","data":{"amount":1}}',
  'JSON with white space and a newline': '{ "type": "ping",\r\n "data": {} }\n',
  'text beyond ASCII': '{"text":"résumé 😀 \u2028"}',
  'replacement patterns': '{"text":"$& $$ $` $1 {body}"}',
  'an empty object': '{}',
};

const secret = generateSecret();
// The libraries know no other clock.
const sentAt = new Date(Math.floor(Date.now() / 1000) * 1000);

function headersOf(prefix: string, headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace(/^webhook/, prefix), value]),
  );
}

describe.each(LIBRARIES)('$name', ({ prefix, open }) => {
  const library = open(secret);

  it.each(Object.entries(BODIES))('verifies what we sign: %s', async (_name, body) => {
    const { headers } = await sign({ id: 'msg_1', timestamp: sentAt, body }, { secret });
    const theirs = headersOf(prefix, headers);
    expect(() => library.verify(body, theirs)).not.toThrow();
    expect(() => library.verify(body.replace(/.$/s, ' '), theirs)).toThrow();
    expect(() => open(generateSecret()).verify(body, theirs)).toThrow();
  });

  it.each(Object.entries(BODIES))('signs what we verify: %s', async (_name, body) => {
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(sentAt.getTime() / 1000),
      'webhook-signature': library.sign('msg_1', sentAt, body),
    };
    const verified = await createVerifier({ secrets: secret }).verify({ headers, body: Buffer.from(body) });
    expect([verified.id, verified.timestamp]).toEqual(['msg_1', sentAt]);
    const altered = createVerifier({ secrets: secret }).verify({ headers, body: Buffer.from(`${body} `) });
    expect(await altered.catch((error: unknown) => isWebhookError(error) && error.code)).toBe(
      'signature_mismatch',
    );
  });

  it('accepts our rotation: several signatures in one header', async () => {
    const body = BODIES['JSON'] ?? '';
    const rotating = [generateSecret(), secret, generateSecret()];
    const { headers } = await sign({ id: 'msg_1', timestamp: sentAt, body }, { secret: rotating });
    expect(() => library.verify(body, headersOf(prefix, headers))).not.toThrow();
  });

  it('takes the same secrets: with `whsec_` and without', async () => {
    const body = BODIES['JSON'] ?? '';
    const bare = secret.slice('whsec_'.length);
    const signature = open(bare).sign('msg_1', sentAt, body);
    for (const ours of [secret, bare]) {
      const { headers } = await sign({ id: 'msg_1', timestamp: sentAt, body }, { secret: ours });
      expect(headers['webhook-signature']).toBe(signature);
    }
  });
});
