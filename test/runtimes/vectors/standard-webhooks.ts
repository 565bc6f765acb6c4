import { createVerifier, isWebhookError, sign } from '@countersign/core';
import vector from '../../vectors/standard-webhooks.json' with { type: 'json' };
import { expectEqual } from './expect.js';

const { id, timestamp, body, v1, v1a } = vector;
const receivedAt = new Date(Number(timestamp) * 1000);

async function check(secret: string, secrets: string, signature: string): Promise<void> {
  const { headers } = await sign({ id, timestamp: receivedAt, body }, { secret });
  expectEqual('the signature', headers['webhook-signature'], signature);
  const verifier = createVerifier({ secrets });
  const request = { headers, body: new TextEncoder().encode(body) };
  const delivery = await verifier.verify(request, { receivedAt });
  expectEqual('the id', delivery.id, id);
  const altered = { headers, body: new TextEncoder().encode(`${body} `) };
  const refused = await verifier.verify(altered, { receivedAt }).then(
    () => 'nothing',
    (error: unknown) => (isWebhookError(error) ? error.code : error),
  );
  expectEqual('an altered body', refused, 'signature_mismatch');
}

/** Standard Webhooks' own vectors, through the public API and the implementation that `#crypto` is here. */
export const standardWebhooksVectors: readonly { readonly name: string; check(): Promise<void> }[] = [
  { name: `${vector.source}: v1`, check: () => check(v1.secret, v1.secret, v1.signature) },
  { name: `${vector.source}: v1a`, check: () => check(v1a.secret, v1a.publicKey, v1a.signature) },
];
