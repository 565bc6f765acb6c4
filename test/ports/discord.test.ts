import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Delivery, jsonOfAnswer, nowMs, nowSeconds, recordingReceiver, verify } from './deliveries.js';
import { discordEvents, discordInteractions } from './discord.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const secret = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');

function signed(json: unknown, timestamp = nowSeconds): Delivery {
  const body = JSON.stringify(json);
  const signature = sign(null, Buffer.from(timestamp + body), privateKey).toString('hex');
  return { headers: { 'X-Signature-Ed25519': signature, 'X-Signature-Timestamp': timestamp }, body };
}

const command = { id: '771', type: 2, data: { name: 'blep' } };
const authorized = {
  version: 1,
  type: 1,
  event: { type: 'APPLICATION_AUTHORIZED', timestamp: '2026-03-01T11:59:59.000000', data: { scopes: [] } },
};

test('Discord: an independently signed interaction reaches the handler', async () => {
  const { deliver, events } = recordingReceiver(discordInteractions, secret);
  expect((await deliver(signed(command))).status).toBe(200);
  expect(events).toMatchObject([{ id: '771', type: 'interaction.2', body: command, unauthenticated: [] }]);
});

test('Discord: an independently signed event reaches the handler', async () => {
  const { deliver, events } = recordingReceiver(discordEvents, secret);
  expect((await deliver(signed(authorized))).status).toBe(200);
  expect(events).toMatchObject([{ type: 'APPLICATION_AUTHORIZED', timestamp: new Date(nowMs - 1000) }]);
});

test('Discord: an altered body is refused', async () => {
  const delivery = signed(command);
  const altered = { ...delivery, body: delivery.body.replace('blep', 'bleb') };
  await expect(verify(discordInteractions, secret, altered)).rejects.toMatchObject({
    code: 'signature_mismatch',
  });
});

test('Discord: a signature in upper-case hex is refused', async () => {
  const { headers, body } = signed(command);
  const upper = { ...headers, 'X-Signature-Ed25519': headers['X-Signature-Ed25519']?.toUpperCase() ?? '' };
  await expect(verify(discordInteractions, secret, { headers: upper, body })).rejects.toMatchObject({
    code: 'signature_mismatch',
  });
});

test('Discord: a signed PING is answered with a PONG, and no handler runs', async () => {
  const { deliver, events } = recordingReceiver(discordInteractions, secret);
  const answer = await deliver(signed({ id: '1', type: 1 }));
  expect(jsonOfAnswer(answer)).toEqual({ type: 1 });
  expect(events).toEqual([]);
});

test('Discord: a PING with a wrong signature is refused, as its endpoint check demands', async () => {
  const { deliver } = recordingReceiver(discordInteractions, secret);
  const { headers } = signed({ id: '1', type: 1 });
  expect((await deliver({ headers, body: '{"id":"2","type":1}' })).status).toBe(401);
});

test('Discord: the PING of the events is answered 204', async () => {
  const { deliver } = recordingReceiver(discordEvents, secret);
  expect(await deliver(signed({ version: 1, type: 0 }))).toMatchObject({
    status: 204,
    body: new Uint8Array(),
  });
});

test('Discord: the PING of the events is answered 204 through the Fetch API', async () => {
  const { fetch } = recordingReceiver(discordEvents, secret);
  expect((await fetch(signed({ version: 1, type: 0 }))).status).toBe(204);
});
