import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Delivery, jsonOfAnswer, nowMs, nowSeconds, recordingReceiver, verify } from './deliveries.js';
import { zoom } from './zoom.js';

const secret = 'zoom-secret-token-of-22';
const hex = (key: string, content: string): string => createHmac('sha256', key).update(content).digest('hex');

function signed(json: unknown, key = secret): Delivery {
  const body = JSON.stringify(json);
  const signature = `v0=${hex(key, `v0:${nowSeconds}:${body}`)}`;
  return { headers: { 'x-zm-signature': signature, 'x-zm-request-timestamp': nowSeconds }, body };
}

const started = { event: 'meeting.started', event_ts: nowMs, payload: { object: { id: '7' } } };
const validation = {
  event: 'endpoint.url_validation',
  event_ts: nowMs,
  payload: { plainToken: 'qgg8vlvZRS6' },
};

test('Zoom: an independently signed delivery reaches the handler', async () => {
  const { deliver, events } = recordingReceiver(zoom, secret);
  expect((await deliver(signed(started))).status).toBe(200);
  expect(events).toMatchObject([
    { type: 'meeting.started', timestamp: new Date(nowMs), data: started.payload, unauthenticated: [] },
  ]);
});

test('Zoom: an altered body is refused', async () => {
  const delivery = signed(started);
  const altered = { ...delivery, body: delivery.body.replace('"7"', '"8"') };
  await expect(verify(zoom, secret, altered)).rejects.toMatchObject({ code: 'signature_mismatch' });
});

test('Zoom: the endpoint check is answered with a MAC of its token, and no handler runs', async () => {
  const { deliver, events } = recordingReceiver(zoom, secret);
  const answer = await deliver(signed(validation));
  expect(answer.status).toBe(200);
  expect(jsonOfAnswer(answer)).toEqual({
    plainToken: 'qgg8vlvZRS6',
    encryptedToken: hex(secret, 'qgg8vlvZRS6'),
  });
  expect(events).toEqual([]);
});

test('Zoom: an endpoint check with a wrong signature is not answered with a MAC', async () => {
  const { deliver } = recordingReceiver(zoom, secret);
  const answer = await deliver(signed(validation, 'another-secret-of-23-b'));
  expect(answer.status).toBe(401);
  expect(jsonOfAnswer(answer)).not.toHaveProperty('encryptedToken');
});

test('Zoom: during a rotation the endpoint check is answered with the secret that signed it', async () => {
  const next = 'zoom-next-secret-token';
  const { deliver } = recordingReceiver(zoom, [next, secret]);
  const answer = await deliver(signed(validation));
  expect(jsonOfAnswer(answer)).toMatchObject({ encryptedToken: hex(secret, 'qgg8vlvZRS6') });
});
