import { type Provider, type SignedDelivery, sign, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import fc from 'fast-check';

/** The time at which the properties stand still. */
export const NOW = new Date('2026-01-15T10:30:00.000Z');

/** Providers whose `verify` takes any bytes, and those that read id or time from a JSON body. */
export const forBytes: readonly Provider[] = [standardWebhooks, deliveryFlow, dcisionai, github];
export const forJson: readonly Provider[] = [stripe, aiPlatform, empJobQueue, ragEngine];
export const all: readonly Provider[] = [...forBytes, ...forJson];

/** Secrets that every provider takes. */
export const secrets = fc
  .uint8Array({ minLength: 16, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);

/** Ids without the `.` that delimits them in signed content. */
export const ids = fc.stringMatching(/^[!-\-/-~]{1,256}$/);

/** Bodies of any bytes. */
export const bytes = fc.uint8Array({ maxLength: 300 });

/** Any JSON, with names that prototypes and prototype pollution know. */
export const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf', 'id', 'type', 'data', 'a', '1'),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;

/** A signed delivery of one provider: `data` in its envelope, or the bytes given. */
export async function signed(
  provider: Provider,
  parts: {
    readonly secret: string;
    readonly id: string;
    readonly data?: unknown;
    readonly body?: Uint8Array;
  },
): Promise<SignedDelivery> {
  const { secret, id, data } = parts;
  const event = { id: 'evt_1', type: 'thing.happened', timestamp: NOW, data };
  const delivery = { endpointId: 'ep_1', deliveryId: 'dlv_1', attempt: 1, test: false };
  const encoded = provider.envelope.encode(event, delivery);
  const own = await sign({ id, timestamp: NOW, body: parts.body ?? encoded.body }, { provider, secret });
  return { headers: { ...encoded.headers, ...own.headers }, body: own.body };
}
