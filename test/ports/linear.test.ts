import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Delivery, nowMs, recordingReceiver, verify } from './deliveries.js';
import { linear } from './linear.js';

const secret = 'lin_wh_0123456789abcdef';

function signed(webhookTimestamp: number, id = 'i1', headers: Record<string, string> = {}): Delivery {
  const body = JSON.stringify({
    action: 'create',
    type: 'Issue',
    createdAt: '2026-02-27T09:00:00.000Z',
    data: { id },
    webhookTimestamp,
  });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return { headers: { ...headers, 'linear-signature': signature }, body };
}

test('Linear: an independently signed delivery reaches the handler with its own time', async () => {
  const { deliver, events } = recordingReceiver(linear, secret);
  expect((await deliver(signed(nowMs))).status).toBe(200);
  expect(events).toMatchObject([
    { type: 'Issue', data: { id: 'i1' }, timestamp: new Date('2026-02-27T09:00:00Z'), unauthenticated: [] },
  ]);
});

test('Linear: an altered body is refused', async () => {
  const delivery = signed(nowMs);
  const altered = { ...delivery, body: delivery.body.replace('"i1"', '"i2"') };
  await expect(verify(linear, secret, altered)).rejects.toMatchObject({ code: 'signature_mismatch' });
});

test('Linear: the time in the body is judged by 60 s', async () => {
  await expect(verify(linear, secret, signed(nowMs - 60_000))).resolves.toMatchObject({
    timestamp: new Date(nowMs - 60_000),
  });
  await expect(verify(linear, secret, signed(nowMs - 60_001))).rejects.toMatchObject({
    code: 'timestamp_too_old',
  });
  await expect(verify(linear, secret, signed(nowMs + 60_001))).rejects.toMatchObject({
    code: 'timestamp_too_new',
  });
});

test('Linear: a fresh time in the unsigned header does not renew an old body', async () => {
  const old = signed(nowMs - 3_600_000, 'i1', { 'linear-timestamp': String(nowMs) });
  await expect(verify(linear, secret, old)).rejects.toMatchObject({ code: 'timestamp_too_old' });
});

test('Linear: a retry, which differs by its time alone, is a duplicate; another event is not', async () => {
  const { deliver, events } = recordingReceiver(linear, secret);
  await deliver(signed(nowMs - 30_000));
  await deliver(signed(nowMs));
  await deliver(signed(nowMs, 'i2'));
  expect(events.map((event) => event.data)).toEqual([{ id: 'i1' }, { id: 'i2' }]);
});
