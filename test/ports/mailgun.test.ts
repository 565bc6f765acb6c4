import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Delivery, nowMs, nowSeconds, recordingReceiver, verify } from './deliveries.js';
import { mailgun } from './mailgun.js';

const secret = 'key-3ax6xnjp29jd6fds4gc373sgvjxteol0';
const token = 'a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0';

function signed({ timestamp = nowSeconds, event = 'opened', by = token } = {}): Delivery {
  const signature = createHmac('sha256', secret)
    .update(timestamp + by)
    .digest('hex');
  const body = JSON.stringify({
    signature: { timestamp, token: by, signature },
    'event-data': { event, id: 'Ase7i2zsRYeDXztHGENqRA', timestamp: 1_772_366_399.329_574 },
  });
  return { headers: { 'content-type': 'application/json' }, body };
}

test('Mailgun: an independently signed delivery reaches the handler, and says what is not covered', async () => {
  const { deliver, events } = recordingReceiver(mailgun, secret);
  expect((await deliver(signed())).status).toBe(200);
  expect(events).toMatchObject([
    {
      id: 'Ase7i2zsRYeDXztHGENqRA',
      type: 'opened',
      timestamp: new Date(1_772_366_399_329),
      unauthenticated: ['id', 'type', 'timestamp', 'data'],
    },
  ]);
});

test('Mailgun: an altered token or time is refused', async () => {
  const { headers, body } = signed();
  const otherToken = { headers, body: body.replace(token, token.replace('a8', 'b8')) };
  await expect(verify(mailgun, secret, otherToken)).rejects.toMatchObject({ code: 'signature_mismatch' });
  const otherTime = { headers, body: body.replace(nowSeconds, String(nowMs / 1000 + 1)) };
  await expect(verify(mailgun, secret, otherTime)).rejects.toMatchObject({ code: 'signature_mismatch' });
});

test('Mailgun: a captured token does not carry a second event', async () => {
  const { deliver, events } = recordingReceiver(mailgun, secret);
  await deliver(signed());
  await deliver(signed({ event: 'unsubscribed' }));
  expect(events.map((event) => event.type)).toEqual(['opened']);
});

test('Mailgun: a body without its signature is malformed', async () => {
  const { deliver } = recordingReceiver(mailgun, secret);
  for (const body of [
    '',
    '[]',
    '{"signature":null}',
    '{"signature":{"timestamp":1,"token":2,"signature":3}}',
  ]) {
    expect((await deliver({ headers: {}, body })).status).toBe(400);
  }
});

test('Mailgun: an old time is refused', async () => {
  const old = signed({ timestamp: String(nowMs / 1000 - 301) });
  await expect(verify(mailgun, secret, old)).rejects.toMatchObject({ code: 'timestamp_too_old' });
});
