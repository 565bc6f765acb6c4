import { expect, test } from 'vitest';
import { z } from 'zod';
import { receiverAt } from './receiver.js';
import { served } from './serve.js';

test('an event is acknowledged once it is in the record, with its id', async () => {
  const { call } = await served();
  const named = await call('POST', '/events', {
    body: { type: 'job.completed', data: { a: 1 }, id: 'evt_1' },
  });
  expect(named).toMatchObject({ status: 202, json: { data: { id: 'evt_1', is_new: true } } });
  const unnamed = await call('POST', '/events', { body: { type: 'job.completed', data: null } });
  expect(unnamed).toMatchObject({
    status: 202,
    json: { data: { id: expect.stringMatching(/^evt_/), is_new: true } },
  });
});

test('data arrives as it was written: digits that a double does not have, 1.0, escapes and order', async () => {
  const { call, sender } = await served();
  const receiver = await receiverAt();
  await call('POST', '/webhooks', { body: { url: receiver.url, events: ['*'] } });
  await sender.start();
  const data =
    '{"id":12345678901234567890,"price":1.0,"e":1e40,"text":"a \\u0000 \\" , ] } \\\\","b":[ ],"a":{ "n" : -0 }}';
  await call('POST', '/events', { body: `{ "data" : ${data} , "type":"a" }` });
  await call('POST', '/events', {
    body: `{"events":[{"type":"b","data":1.50},{"data":[1, 2.0],"type":"c"}]}`,
  });
  const bodies = await receiver.bodies(3);
  expect(bodies.find((body) => body.includes('"type":"a"'))).toContain(
    '"data":{"id":12345678901234567890,"price":1.0,"e":1e40,"text":"a \\u0000 \\" , ] } \\\\","b":[],"a":{"n":-0}}',
  );
  expect(bodies.find((body) => body.includes('"type":"b"'))).toContain('"data":1.50');
  expect(bodies.find((body) => body.includes('"type":"c"'))).toContain('"data":[1,2.0]');
});

test('a batch is stored as a whole, in its order, or not at all', async () => {
  const { call } = await served();
  const batch = {
    events: [
      { type: 'a', data: 1, id: 'one' },
      { type: 'b', data: 2, id: 'two' },
    ],
  };
  expect(await call('POST', '/events', { body: batch })).toMatchObject({
    status: 202,
    json: {
      data: [
        { id: 'one', is_new: true },
        { id: 'two', is_new: true },
      ],
    },
  });
  const mixed = {
    events: [
      { type: 'a', data: 1, id: 'three' },
      { type: 'b', data: 'other', id: 'two' },
    ],
  };
  expect(await call('POST', '/events', { body: mixed })).toMatchObject({
    status: 409,
    json: { code: 'event_conflict' },
  });
  const three = { type: 'a', data: 'another', id: 'three' };
  expect(await call('POST', '/events', { body: three })).toMatchObject({ json: { data: { is_new: true } } });
});

test('a batch has 1 to 1,000 events', async () => {
  const { call } = await served();
  const events = (count: number) => Array.from({ length: count }, (_, index) => ({ type: 'a', data: index }));
  expect((await call('POST', '/events', { body: { events: events(1000) } })).status).toBe(202);
  for (const count of [0, 1001]) {
    const answer = await call('POST', '/events', { body: { events: events(count) } });
    expect(answer).toMatchObject({
      status: 422,
      json: {
        errors: [{ pointer: '#/events', detail: expect.stringContaining('a list of 1 to 1000 entries') }],
      },
    });
  }
});

test('the same request twice is one event: by its id, or by Idempotency-Key', async () => {
  const { call } = await served();
  const send = async (body: object, key?: string): Promise<unknown> => {
    const { status, json } = await call('POST', '/events', {
      body,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
    return [status, json];
  };
  const event = { type: 'a', data: { n: 1 } };
  expect(await send(event, 'key-1')).toEqual([202, { data: { id: 'key-1', is_new: true } }]);
  expect(await send(event, 'key-1')).toEqual([202, { data: { id: 'key-1', is_new: false } }]);
  expect(await send(event, '"key-1"')).toEqual([202, { data: { id: 'key-1', is_new: false } }]);
  expect(await send({ ...event, id: 'key-1' }, 'key-1')).toEqual([
    202,
    { data: { id: 'key-1', is_new: false } },
  ]);
  expect(await send({ ...event, data: { n: 2 } }, 'key-1')).toMatchObject([409, { code: 'event_conflict' }]);
  const header = { errors: [{ header: 'Idempotency-Key' }] };
  expect(await send({ ...event, id: 'other' }, 'key-1')).toMatchObject([422, header]);
  expect(await send(event, 'not a key')).toMatchObject([422, header]);
  expect(await send({ events: [event] }, 'key-1')).toMatchObject([422, header]);
});

test('white space makes no other event of a repeated one', async () => {
  const { call } = await served();
  const first = await call('POST', '/events', { body: '{"type":"a","id":"evt_1","data":{"n":[1,2]}}' });
  const again = await call('POST', '/events', {
    body: '{ "id": "evt_1", "type": "a",\n "data": { "n": [1, 2] } }',
  });
  expect([first.json, again.json]).toMatchObject([{ data: { is_new: true } }, { data: { is_new: false } }]);
});

test('a time with its zone, an ordering key: what an event can say is taken', async () => {
  const { call, sender } = await served();
  const receiver = await receiverAt();
  await call('POST', '/webhooks', { body: { url: receiver.url } });
  await sender.start();
  const body = { type: 'a', data: {}, timestamp: '2026-01-31T13:30:00+01:30', ordering_key: 'order-7' };
  expect((await call('POST', '/events', { body })).status).toBe(202);
  expect(await receiver.bodies(1)).toMatchObject([
    expect.stringContaining('"timestamp":"2026-01-31T12:00:00'),
  ]);
});

test("data that fails its type's schema, an unknown type and too much data are refused by name", async () => {
  const { call } = await served({
    sender: { events: { 'job.done': z.object({ job_id: z.string() }) }, maxEventBytes: 100 },
  });
  const send = async (body: object): Promise<unknown> => {
    const { status, json } = await call('POST', '/events', { body });
    return [status, json];
  };
  expect(await send({ type: 'job.done', data: { job_id: 7 } })).toMatchObject([
    422,
    { code: 'schema_mismatch', errors: [{ pointer: '#/data' }] },
  ]);
  expect(await send({ type: 'job.dome', data: {} })).toMatchObject([
    422,
    { errors: [{ pointer: '#/type' }] },
  ]);
  expect(await send({ type: 'job.done', data: { job_id: 'x'.repeat(100) } })).toMatchObject([
    413,
    { code: 'event_too_large', errors: [{ pointer: '#/data' }] },
  ]);
  const events = [
    { type: 'job.done', data: { job_id: 'a' } },
    { type: 'job.done', data: {} },
  ];
  expect(await send({ events })).toMatchObject([
    422,
    { code: 'schema_mismatch', errors: [{ pointer: '#/events/1/data' }] },
  ]);
});
