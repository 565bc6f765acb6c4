import { createVerifier, type Provider } from '@countersign/core';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttemptInfo, buildRequest } from '../../../packages/sender/src/attempt/build-request.js';
import { targetOf } from '../../../packages/sender/src/attempt/target.js';
import { wireFormat } from '../../../packages/sender/src/attempt/wire-format.js';
import { createVault } from '../../../packages/sender/src/endpoint/vault.js';
import { isSenderError } from '../../../packages/sender/src/errors/sender-error.js';
import { newEvent } from '../../../packages/sender/src/event/new-event.js';
import type { EndpointRecord } from '../../../packages/sender/src/ports/records.js';
import { all, json, secrets } from '../../properties/deliveries.js';

const EVENT_TIME = new Date('2026-01-15T10:29:58.250Z');
const vault = createVault({ keys: [{ id: 'k', key: new Uint8Array(32).fill(5) }] });
const defaults = {
  vault,
  urlPolicy: {
    allowHttp: false,
    allowLocalNames: false,
    allowedPorts: [443],
    allowsAddress: () => false,
  },
  retry: { delaysMs: [0] },
  concurrency: 1,
};

const record = (secret: string): EndpointRecord => ({
  id: 'wh_1',
  tenant: '',
  status: 'enabled',
  events: ['*'],
  secrets: [{ id: 's1', value: vault.seal(secret, 'secret\nwh_1') }],
  settings: { url: 'https://example.com/' },
  revision: 1,
  createdAtMs: 0,
  updatedAtMs: 0,
});

/** What `send` takes, of any shape it allows. */
const events = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/),
  type: fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/),
  data: json,
  timestamp: fc.constant(EVENT_TIME),
});
const attempts = fc.integer({ min: 1, max: 100 });
// Up to six days after the event: what a receiver still takes.
const delays = fc.integer({ min: 0, max: 6 * 24 * 3_600_000 });

/** What comes of an event at a receiver, or `undefined` where it cannot be sent at all. */
async function received(
  provider: Provider,
  input: { readonly id: string; readonly type: string; readonly data: unknown },
  secret: string,
  sent: Pick<AttemptInfo, 'attempt' | 'sentAt'>,
) {
  const event = await newEvent(input, { schemas: undefined, maxEventBytes: 262_144, now: () => 0 }).catch(
    (error: unknown) => {
      if (isSenderError(error)) return undefined;
      throw error;
    },
  );
  if (event === undefined) return undefined;
  const info = { endpointId: 'wh_1', deliveryId: 'dlv_1', test: false, ...sent };
  const target = targetOf(record(secret), defaults, sent.sentAt.getTime());
  const request = await buildRequest({ ...event, key: '1' }, info, target, wireFormat(provider, []));
  const verifier = createVerifier({ provider, secrets: secret });
  const delivery = await verifier.verify(request, { receivedAt: sent.sentAt });
  const body: unknown = JSON.parse(Buffer.from(delivery.body).toString());
  return { delivery, event, decoded: provider.envelope.decode(body, (name) => request.headers[name]) };
}

describe.each(all)('whatever is sent as $name', (provider) => {
  it('verifies at its receiver, at every attempt, and says what was sent', async () => {
    await fc.assert(
      fc.asyncProperty(events, secrets, attempts, delays, async (input, secret, attempt, delayMs) => {
        const sentAt = new Date(EVENT_TIME.getTime() + delayMs);
        const result = await received(provider, input, secret, { attempt, sentAt });
        if (result === undefined) return;
        const { decoded, event, delivery } = result;
        expect(decoded.type).toBe(input.type);
        // Python writes 1e+21 where JSON had 1e21, and -0.0 for -0.0: equal numbers.
        expect(decoded.data).toEqual(JSON.parse(event.data));
        const field = provider.envelope.fields.id;
        if (field !== undefined) expect(decoded.id).toBe(input.id);
        if (provider !== ragEngine && field !== undefined) expect(delivery.id).toMatch(/^[\w-]+$/);
      }),
      { numRuns: 60 },
    );
  });
});
