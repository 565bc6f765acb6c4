import { createSign, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Delivery, nowMs, nowSeconds, recordingReceiver, verify } from './deliveries.js';
import { sendgrid } from './sendgrid.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const batch = [{ email: 'a@example.org', event: 'delivered', sg_event_id: 'e1', timestamp: nowMs / 1000 }];

function signed(body: string, timestamp = nowSeconds): Delivery {
  const signature = createSign('sha256').update(timestamp).update(body).sign(privateKey, 'base64');
  return {
    headers: {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
    },
    body,
  };
}

test('SendGrid: an independently signed batch reaches the handler as one event', async () => {
  const { deliver, events } = recordingReceiver(sendgrid, spki);
  // SendGrid ends its body with CRLF, which is signed.
  expect((await deliver(signed(`${JSON.stringify(batch)}\r\n`))).status).toBe(200);
  expect(events).toMatchObject([{ type: 'batch', data: batch, unauthenticated: [] }]);
});

test('SendGrid: an altered body is refused', async () => {
  const delivery = signed(JSON.stringify(batch));
  const altered = { ...delivery, body: delivery.body.replace('a@', 'b@') };
  await expect(verify(sendgrid, spki, altered)).rejects.toMatchObject({ code: 'signature_mismatch' });
});

test('SendGrid: a signature of another key is refused', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
  const otherSpki = other.export({ format: 'der', type: 'spki' }).toString('base64');
  await expect(verify(sendgrid, otherSpki, signed('[]'))).rejects.toMatchObject({
    code: 'signature_mismatch',
  });
});

test('SendGrid: a batch that is older than the tolerance is refused', async () => {
  const old = signed('[]', String(nowMs / 1000 - 301));
  await expect(verify(sendgrid, spki, old)).rejects.toMatchObject({ code: 'timestamp_too_old' });
});

test('SendGrid: a key of another curve is no key', async () => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey;
  const secret = p384.export({ format: 'der', type: 'spki' }).toString('base64');
  expect(() => recordingReceiver(sendgrid, secret)).toThrow(
    expect.objectContaining({ code: 'invalid_secret' }),
  );
});
