import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Delivery, recordingReceiver, verify } from './deliveries.js';
import { twilioForm, twilioJson } from './twilio.js';

const secret = '12345678901234567890123456789012';
const mac = (content: string): string => createHmac('sha1', secret).update(content).digest('base64');

const formUrl = 'https://example.org/hooks/twilio?team=3';
const form = twilioForm({ publicUrl: formUrl });
const formContent = `${formUrl}Body+1 €Media1aMedia1bMessageStatusdelivered`;

function formDelivery(body: string, content = formContent): Delivery {
  return { headers: { 'x-twilio-signature': mac(content) }, body };
}

test('Twilio form: parameters are sorted, unescaped, and repeated ones are taken once', async () => {
  const delivery = formDelivery('MessageStatus=delivered&Media1=b&Media1=a&Media1=b&Body=%2B1+%E2%82%AC');
  await expect(verify(form, secret, delivery)).resolves.toMatchObject({ keyId: 'k0' });
});

test('Twilio form: an altered parameter is refused', async () => {
  const delivery = formDelivery('MessageStatus=failed&Media1=a&Media1=b&Body=%2B1+%E2%82%AC');
  await expect(verify(form, secret, delivery)).rejects.toMatchObject({ code: 'signature_mismatch' });
});

test('Twilio form: the parameters reach the handler', async () => {
  const { deliver, events } = recordingReceiver(form, secret);
  const delivery = formDelivery('MessageStatus=delivered&Media1=a&Media1=b&Body=%2B1+%E2%82%AC');
  expect((await deliver(delivery)).status).toBe(200);
  expect(events).toMatchObject([{ type: 'delivered', data: { MessageStatus: 'delivered', Body: '+1 €' } }]);
});

test('Twilio form: a reordered copy has the same replay key', async () => {
  const [one, other] = await Promise.all([
    verify(form, secret, formDelivery('Media1=a&Media1=b&MessageStatus=delivered&Body=%2B1+%E2%82%AC')),
    verify(form, secret, formDelivery('Body=%2b1%20%E2%82%AC&Media1=b&&Media1=a&MessageStatus=delivered')),
  ]);
  expect(one.replayKey).toBe(other.replayKey);
});

test('Twilio form: escapes that are not UTF-8 are refused, because they would all read alike', async () => {
  const delivery = formDelivery('Body=%FF', `${formUrl}Body\uFFFD`);
  await expect(verify(form, secret, delivery)).rejects.toMatchObject({ code: 'invalid_utf8' });
});

const jsonUrl = 'https://example.org/hooks/twilio';
const json = twilioJson({ publicUrl: jsonUrl });
const event = { type: 'com.example.call', id: 'CA1', data: { n: 1 } };
const digestOf = (body: string): string => createHash('sha256').update(body).digest('hex');

function jsonDelivery(body: string, query = `?a=1&bodySHA256=${digestOf(body)}&b=2`): Delivery {
  return { url: `/hooks/twilio${query}`, headers: { 'x-twilio-signature': mac(jsonUrl + query) }, body };
}

test('Twilio JSON: an independently signed delivery reaches the handler', async () => {
  const { deliver, events } = recordingReceiver(json, secret);
  expect((await deliver(jsonDelivery(JSON.stringify(event)))).status).toBe(200);
  expect(events).toMatchObject([
    { id: 'CA1', type: 'com.example.call', data: { n: 1 }, unauthenticated: [] },
  ]);
});

test('Twilio JSON: an altered body is refused, with the old digest and with a new one', async () => {
  const delivery = jsonDelivery(JSON.stringify(event));
  const body = JSON.stringify({ ...event, id: 'CA2' });
  await expect(verify(json, secret, { ...delivery, body })).rejects.toMatchObject({
    code: 'signature_mismatch',
  });
  const { url } = jsonDelivery(body);
  await expect(
    verify(json, secret, { ...delivery, body, ...(url !== undefined && { url }) }),
  ).rejects.toMatchObject({
    code: 'signature_mismatch',
  });
});

test('Twilio JSON: a signed URL without a digest vouches for no body', async () => {
  const delivery = jsonDelivery(JSON.stringify(event), '?a=1');
  await expect(verify(json, secret, delivery)).rejects.toMatchObject({ code: 'malformed_envelope' });
});

test('Twilio JSON: a URL that the request names plays no part but for its query', async () => {
  const delivery = jsonDelivery(JSON.stringify(event));
  for (const origin of ['http://[', '//attacker.example/', 'https://attacker.example']) {
    const url = `${origin}${delivery.url?.slice(delivery.url.indexOf('?'))}`;
    await expect(verify(json, secret, { ...delivery, url })).resolves.toMatchObject({ id: 'CA1' });
  }
});
