import {
  createVerifier,
  isWebhookError,
  type Provider,
  standardWebhooks,
  type Verifier,
  type WebhookHeaders,
} from '@countersign/core';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { github } from '@countersign/core/providers/github';
import { stripe } from '@countersign/core/providers/stripe';
import { describe, expect, it } from 'vitest';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const NOW_MS = 1_768_473_000_000;
const CAP = 4096;
const BODY = Buffer.from('{}');

const repeated = (text: string, length: number) =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);

interface Hostile {
  readonly name: string;
  readonly provider: Provider;
  /** Headers of which one has `length` characters. */
  headers(length: number): WebhookHeaders;
}

const standard = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1768473000', 'webhook-signature': 'v1,AAAA' };
const inSignature = (name: string, piece: string): Hostile => ({
  name: `standardWebhooks: ${name}`,
  provider: standardWebhooks,
  headers: (length) => ({ ...standard, 'webhook-signature': repeated(piece, length) }),
});
const inStripe = (name: string, piece: string, start = 't=1768473000,'): Hostile => ({
  name: `stripe: ${name}`,
  provider: stripe,
  headers: (length) => ({ 'stripe-signature': start + repeated(piece, length - start.length) }),
});

const HOSTILE: readonly Hostile[] = [
  inSignature('one long signature', 'v1,'),
  inSignature('spaces', ' '),
  inSignature('commas', ','),
  inSignature('many signatures', 'v1,AAAA '),
  inSignature('many versions', 'v9,A '),
  inSignature('one long word', 'a'),
  inSignature('padding', '='),
  inStripe('commas', ','),
  inStripe('equal signs', '='),
  inStripe('times', 't=1,'),
  inStripe('white space', ' '),
  inStripe('white space before each entry', '      ,v1=a'),
  inStripe('one long value', 'v1=a'),
  inStripe('nothing but white space', ' ', ''),
  {
    name: 'github: one long signature',
    provider: github,
    headers: (length) => ({ 'x-hub-signature-256': repeated('sha256=', length) }),
  },
  {
    name: 'deliveryFlow: a long id',
    provider: deliveryFlow,
    headers: (length) => ({ 'x-signature': 'a', 'x-timestamp': '1', 'x-delivery-id': repeated('a', length) }),
  },
  {
    name: 'standardWebhooks: a long time',
    provider: standardWebhooks,
    headers: (length) => ({ ...standard, 'webhook-timestamp': repeated('1', length) }),
  },
  {
    name: 'standardWebhooks: many other headers',
    provider: standardWebhooks,
    headers: (length) => ({
      ...standard,
      ...Object.fromEntries(Array.from({ length: length / 8 }, (_, index) => [`X-Header-${index}`, 'x'])),
    }),
  },
];

async function refuse(verifier: Verifier, headers: WebhookHeaders): Promise<void> {
  const result: unknown = await verifier.verify({ headers, body: BODY }).catch((error: unknown) => error);
  if (!isWebhookError(result)) throw new Error('expected a refusal', { cause: result });
}

/** The time of one refusal in milliseconds: the best of several rounds, so that pauses do not count. */
async function cost({ provider, headers }: Hostile, length: number): Promise<number> {
  const verifier = createVerifier({ provider, secrets: SECRET, now: () => NOW_MS });
  const given = headers(length);
  let best = Infinity;
  for (let round = 0; round < 8; round += 1) {
    const start = performance.now();
    for (let call = 0; call < 10; call += 1) await refuse(verifier, given);
    best = Math.min(best, (performance.now() - start) / 10);
  }
  return best;
}

describe('header parsing takes linear time', () => {
  // A busy machine may disturb one measurement, not four in a row.
  it.each(HOSTILE)('$name', { retry: 3 }, async (hostile) => {
    await cost(hostile, CAP / 4);
    const small = await cost(hostile, CAP / 4);
    const large = await cost(hostile, CAP);
    // Of a text 4 times as long, linear is 4, quadratic 16. The floor keeps the clock's noise out.
    expect(large / Math.max(small, 0.002)).toBeLessThan(10);
  });

  it.each(HOSTILE.slice(0, -1))(
    '$name: what is longer than the cap is refused unread',
    { retry: 3 },
    async (hostile) => {
      await cost(hostile, 2 * CAP);
      const small = await cost(hostile, 2 * CAP);
      const large = await cost(hostile, 256 * CAP);
      // Of a text 128 times as long.
      expect(large / Math.max(small, 0.002)).toBeLessThan(12);
    },
  );
});
