import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Delivery, nowMs, recordingReceiver, verify } from './deliveries.js';
import { hubspot } from './hubspot.js';

const secret = '01234567-89ab-cdef-0123-456789abcdef';
const publicUrl = 'https://example.org/hooks/hubspot';
const provider = hubspot({ publicOrigin: 'https://example.org' });
const batch = [
  { eventId: 1, subscriptionType: 'contact.creation', objectId: 7 },
  { eventId: 2, subscriptionType: 'contact.deletion', objectId: 8 },
];

function signed(json: unknown, { url = publicUrl, timestamp = String(nowMs) } = {}): Delivery {
  const body = JSON.stringify(json);
  const signature = createHmac('sha256', secret).update(`POST${url}${body}${timestamp}`).digest('base64');
  const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp };
  return { url: '/hooks/hubspot', headers, body };
}

test('HubSpot: an independently signed batch reaches the handler as one event', async () => {
  const { deliver, events } = recordingReceiver(provider, secret);
  expect((await deliver(signed(batch))).status).toBe(200);
  expect(events).toMatchObject([{ type: 'batch', data: batch, unauthenticated: [] }]);
});

test('HubSpot: an altered body is refused', async () => {
  const delivery = signed(batch);
  const altered = { ...delivery, body: delivery.body.replace('"objectId":7', '"objectId":9') };
  await expect(verify(provider, secret, altered)).rejects.toMatchObject({ code: 'signature_mismatch' });
});

test('HubSpot: a delivery that was signed for another URL is refused, whatever URL the request names', async () => {
  const elsewhere = signed(batch, { url: 'https://attacker.example/hooks/hubspot' });
  const named = { ...elsewhere, url: 'https://attacker.example/hooks/hubspot' };
  await expect(verify(provider, secret, named)).rejects.toMatchObject({ code: 'signature_mismatch' });
});

test("HubSpot: path and query are the request's own, so that tenants may have theirs", async () => {
  const delivery = signed(batch, { url: `${publicUrl}/acme?a=1` });
  await expect(
    verify(provider, secret, { ...delivery, url: '/hooks/hubspot/acme?a=1' }),
  ).resolves.toBeDefined();
  for (const url of ['/hooks/hubspot/globex?a=1', '/hooks/hubspot/acme', '/hooks/hubspot/acme?a=1#']) {
    await expect(verify(provider, secret, { ...delivery, url })).rejects.toMatchObject({
      code: 'signature_mismatch',
    });
  }
});

test('HubSpot: the method is signed', async () => {
  await expect(verify(provider, secret, { ...signed(batch), method: 'PUT' })).rejects.toMatchObject({
    code: 'signature_mismatch',
  });
});

test('HubSpot: the time is in milliseconds', async () => {
  const old = signed(batch, { timestamp: String(nowMs - 300_001) });
  await expect(verify(provider, secret, old)).rejects.toMatchObject({ code: 'timestamp_too_old' });
  const inSeconds = signed(batch, { timestamp: String(nowMs / 1000) });
  await expect(verify(provider, secret, inSeconds)).rejects.toMatchObject({ code: 'timestamp_too_old' });
});
