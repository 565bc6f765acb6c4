import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { createManagementApi } from '@countersign/api';
import { createSender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { closed, listen } from '../adapters/listen.js';
import { textAt } from './serve.js';

const url = 'https://example.com/webhooks';
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const lost = {
  status: 500,
  json: {
    code: 'body_already_parsed',
    detail: 'the body of the request got lost on its way: nothing was done',
  },
};

/** The API on Express under `/api`, behind whatever stands in front, with one endpoint in its record. */
async function mounted(...inFront: express.RequestHandler[]) {
  const sender = createSender({ store: memoryStore(), onEvent: () => {} });
  const errors: unknown[] = [];
  const api = createManagementApi(sender, {
    authenticate: () => ({
      tenant: undefined,
      scopes: ['endpoints:write', 'endpoints:read', 'events:write'],
    }),
    onError: (error) => errors.push(error),
  });
  const { server, origin } = await listen(express().use('/api', ...inFront, getRequestListener(api.fetch)));
  onTestFinished(() => closed(server));
  const { id } = await sender.endpoints.create({ url });
  return { sender, errors, id, place: `${origin}/api` };
}

async function call(place: string, method: string, init: RequestInit = {}) {
  const headers = { 'content-type': 'application/json', ...init.headers };
  const response = await fetch(place, { method, ...init, headers });
  return { status: response.status, json: await response.json() };
}

/** A body whose length is not known before: it is sent in chunks. */
function inChunks(body: string): RequestInit {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of [body.slice(0, 5), body.slice(5)])
        controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  // Node's `fetch` needs it for streams; the type does not know it.
  return { body: stream, ...{ duplex: 'half' } };
}

const sendings: readonly (readonly [string, (body: string) => RequestInit])[] = [
  ['with a content-length', (body) => ({ body })],
  ['in chunks', inChunks],
];

/** What would do something else, or the same thing differently, if it came without its body. */
const requests = (id: string) =>
  [
    ['POST', `/webhooks/${id}/rotate-secret`, { overlap_seconds: 0, secret }],
    ['POST', `/webhooks/${id}/recover`, { since: '2999-01-01T00:00:00Z' }],
    ['PATCH', `/webhooks/${id}`, { name: 'Other' }],
    ['PUT', `/webhooks/${id}`, { url, events: ['a'] }],
    ['POST', `/webhooks/${id}/test`, { type: 'a' }],
    ['POST', '/webhooks', { url }],
    ['POST', '/events', { type: 'a', data: 1 }],
  ] as const;

test.each(sendings)(
  'behind express.json() a request %s is 500: nothing is done, and onError is told how to mend it',
  async (_, sent) => {
    const { sender, errors, id, place } = await mounted(express.json());
    const before = await sender.endpoints.get(id);
    for (const [method, path, body] of requests(id)) {
      const answer = await call(`${place}${path}`, method, sent(JSON.stringify(body)));
      expect.soft([method, path, answer]).toMatchObject([method, path, lost]);
      expect(JSON.stringify(answer)).not.toMatch(/express|parser|mount|authenticate/i);
    }
    expect(await sender.endpoints.get(id)).toEqual(before);
    expect((await sender.endpoints.list({})).data).toHaveLength(1);
    expect(errors).toHaveLength(requests(id).length);
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'body_already_parsed',
        message: expect.stringContaining('mount the API before body parsers such as `express.json()`'),
      });
    }
  },
);

test.each(sendings)('without a parser a request %s does what it says', async (_, sent) => {
  const { errors, id, place } = await mounted();
  const rotated = await call(
    `${place}/webhooks/${id}/rotate-secret`,
    'POST',
    sent(JSON.stringify({ overlap_seconds: 0, secret })),
  );
  expect(rotated).toMatchObject({
    status: 200,
    json: { data: { secret, secrets: [{ expires_in_seconds: null }] } },
  });
  const named = await call(`${place}/webhooks/${id}`, 'PATCH', sent('{"name":"Other"}'));
  expect(named).toMatchObject({ status: 200, json: { data: { name: 'Other' } } });
  expect(
    textAt(await call(`${place}/webhooks`, 'POST', sent(JSON.stringify({ url }))), 'data', 'id'),
  ).toMatch(/^wh_/);
  expect(errors).toEqual([]);
});

test('where no body was announced, none is one: behind a parser, and with a media type', async () => {
  for (const inFront of [[], [express.json()]]) {
    const { errors, id, place } = await mounted(...inFront);
    for (const init of [{}, { body: '' }, { headers: { 'content-type': 'application/json' } }]) {
      const { status } = await call(`${place}/webhooks/${id}/rotate-secret`, 'POST', init);
      expect(status).toBe(200);
    }
    expect(errors).toEqual([]);
  }
});

test('chunks that come to nothing cannot be told from a body that was read: they are no empty body', async () => {
  const { id, place } = await mounted();
  const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
  const sending = request(`${place}/webhooks/${id}/rotate-secret`, { method: 'POST', headers }).end();
  const answer = await new Promise<IncomingMessage>((resolve) => sending.once('response', resolve));
  expect({ status: answer.statusCode, json: await json(answer) }).toMatchObject(lost);
});

test('a client that goes before its body comes is nothing to mend', async () => {
  const { errors, id, place } = await mounted();
  const headers = { 'content-type': 'application/json', 'content-length': 9 };
  const sending = request(`${place}/webhooks/${id}/rotate-secret`, { method: 'POST', headers });
  sending.on('error', () => {}).flushHeaders();
  await once(sending, 'socket');
  await setTimeout(50);
  sending.destroy();
  await setTimeout(50);
  expect(errors).toEqual([]);
});

test('a Request whose body was read is refused the same, by whomever it was read', async () => {
  const errors: unknown[] = [];
  const sender = createSender({ store: memoryStore(), onEvent: () => {} });
  const { id } = await sender.endpoints.create({ url });
  const api = createManagementApi(sender, {
    authenticate: async (received) => {
      await received.text();
      return { tenant: undefined, scopes: ['endpoints:write'] };
    },
    onError: (error) => errors.push(error),
  });
  const headers = { 'content-type': 'application/json' };
  const read = new Request(`http://localhost/webhooks/${id}`, {
    method: 'PATCH',
    headers,
    body: '{"name":"a"}',
  });
  const answer = await api.fetch(read);
  expect({ status: answer.status, json: await answer.json() }).toMatchObject(lost);
  expect(errors).toMatchObject([
    {
      code: 'body_already_parsed',
      message: expect.stringContaining('`authenticate` must leave the body alone'),
      cause: { code: 'body_already_parsed' },
    },
  ]);
});
