import { expect, test } from 'vitest';
import { type Receiver, receiverAt } from './receiver.js';
import { type Served, served, textAt } from './serve.js';

const TWICE = { delays_ms: [0, 0] };

/** An endpoint at a receiver, of a sender that delivers. */
async function delivering(status = 200): Promise<Served & { receiver: Receiver; path: string }> {
  const api = await served();
  const receiver = await receiverAt();
  receiver.answer = status;
  const body = { url: receiver.url, retry: TWICE };
  const id = textAt(await api.call('POST', '/webhooks', { body }), 'data', 'id');
  await api.sender.start();
  return { ...api, receiver, path: `/webhooks/${id}` };
}

/** Sends events, and waits until the record says so much of their deliveries. */
async function sent(
  { call, path }: Pick<Served, 'call'> & { path: string },
  status: string,
  ...ids: string[]
) {
  for (const id of ids) await call('POST', '/events', { body: { type: 'job.done', data: { id }, id } });
  const list = async () => call('GET', `${path}/deliveries?status=${status}&limit=500`);
  await expect.poll(async () => (await list()).text.match(/"dlv_/g)?.length).toBe(ids.length);
  return list();
}

test('a delivery is read with its attempts, newest first in the list', async () => {
  const api = await delivering();
  const list = await sent(api, 'delivered', 'one', 'two');
  expect(list.json).toMatchObject({ data: [{ event_id: 'two' }, { event_id: 'one' }], next_cursor: null });
  const read = await api.call('GET', `${api.path}/deliveries/${textAt(list, 'data', 1, 'id')}`);
  expect(read).toMatchObject({
    status: 200,
    json: {
      data: {
        event_id: 'one',
        event_type: 'job.done',
        status: 'delivered',
        attempt_count: 1,
        finished_at: expect.stringMatching(/Z$/),
        next_attempt_at: null,
        last_status: 200,
        last_error: null,
        attempts: [{ number: 1, status: 200, error: null, response_body: null }],
      },
    },
  });
});

test('deliveries are listed by status, by event and by page', async () => {
  const api = await delivering();
  await sent(api, 'delivered', 'one', 'two', 'three');
  const eventsOf = async (query: string): Promise<unknown> => {
    const { text } = await api.call('GET', `${api.path}/deliveries${query}`);
    return text.match(/(?<="event_id":")\w+/g);
  };
  expect(await eventsOf('?status=failed')).toBe(null);
  expect(await eventsOf('?event_id=two')).toEqual(['two']);
  expect(await eventsOf('?event_id=two&status=pending')).toBe(null);
  const first = await api.call('GET', `${api.path}/deliveries?limit=2`);
  expect(await eventsOf(`?limit=2&cursor=${textAt(first, 'next_cursor')}`)).toEqual(['one']);
});

test('a failed delivery is tried again by retry, and keeps its id', async () => {
  const api = await delivering(500);
  const delivery = `${api.path}/deliveries/${textAt(await sent(api, 'failed', 'one'), 'data', 0, 'id')}`;
  expect((await api.call('GET', delivery)).json).toMatchObject({
    data: { attempt_count: 2, attempts: [{ status: 500, response_body: 'answered 500' }, { number: 2 }] },
  });
  api.receiver.answer = 200;
  const retried = await api.call('POST', `${delivery}/retry`);
  expect(retried).toMatchObject({ status: 202, json: { data: { event_id: 'one', finished_at: null } } });
  const status = async () => textAt(await api.call('GET', delivery), 'data', 'status');
  await expect.poll(status).toBe('delivered');
  const again = await api.call('POST', `${delivery}/retry`);
  expect(again).toMatchObject({ status: 409, json: { code: 'already_delivered' } });
});

test('a delivered one is sent again by resend, as a new event', async () => {
  const api = await delivering();
  const list = await sent(api, 'delivered', 'one');
  const resent = await api.call('POST', `${api.path}/deliveries/${textAt(list, 'data', 0, 'id')}/resend`);
  expect(resent).toMatchObject({ status: 202, json: { data: { is_new: true } } });
  const [first, second] = (await api.receiver.bodies(2)).map((body) => JSON.parse(body));
  expect(second.data).toEqual(first.data);
});

test('recover takes up what failed or was skipped, since a time and by status', async () => {
  const api = await delivering(500);
  await sent(api, 'failed', 'one', 'two');
  const recover = async (body: object): Promise<unknown> => {
    const { status, json } = await api.call('POST', `${api.path}/recover`, { body });
    return [status, json];
  };
  expect(await recover({ since: '2999-01-01T00:00:00Z' })).toEqual([202, { data: { recovered: 0 } }]);
  expect(await recover({ statuses: ['skipped'] })).toEqual([202, { data: { recovered: 0 } }]);
  api.receiver.answer = 200;
  expect(await recover({ statuses: ['failed'], since: '2000-01-01T00:00:00Z' })).toEqual([
    202,
    { data: { recovered: 2 } },
  ]);
  await api.receiver.bodies(6);
});

test('what is disabled is told so: nothing there can be tried again', async () => {
  const api = await delivering(500);
  const delivery = `${api.path}/deliveries/${textAt(await sent(api, 'failed', 'one'), 'data', 0, 'id')}`;
  await api.call('POST', `${api.path}/disable`);
  for (const path of [`${delivery}/retry`, `${delivery}/resend`, `${api.path}/recover`]) {
    expect(await api.call('POST', path)).toMatchObject({ status: 409, json: { code: 'endpoint_disabled' } });
  }
});

test("a delivery is found under its own endpoint alone, and others' are the answer of one that is not there", async () => {
  const api = await delivering(500);
  const id = textAt(await sent(api, 'failed', 'one'), 'data', 0, 'id');
  const url = 'https://example.com/';
  const other = textAt(await api.call('POST', '/webhooks', { body: { url } }), 'data', 'id');
  const routes = [
    ['GET', ''],
    ['POST', '/retry'],
    ['POST', '/resend'],
  ] as const;
  for (const [method, path] of routes) {
    const answers = [
      await api.call(method, `${api.path}/deliveries/dlv_0${path}`),
      await api.call(method, `/webhooks/${other}/deliveries/${id}${path}`),
      await api.call(method, `/webhooks/wh_0/deliveries/${id}${path}`),
      await api.call(method, `${api.path}/deliveries/${id}${path}`, { as: 'globex' }),
      await api.call(method, `${api.path}/deliveries/a%20b${path}`),
    ].map(({ status, text }) => ({ status, text }));
    expect(answers[0]).toMatchObject({ status: 404, text: expect.stringContaining('unknown_delivery') });
    expect([path, new Set(answers.map((answer) => JSON.stringify(answer))).size]).toEqual([path, 1]);
  }
});

test("a deleted endpoint's deliveries stay readable", async () => {
  const api = await delivering();
  const list = await sent(api, 'delivered', 'one');
  await api.call('DELETE', api.path);
  expect((await api.call('GET', `${api.path}/deliveries`)).json).toEqual(list.json);
  expect((await api.call('GET', `${api.path}/deliveries`, { as: 'globex' })).status).toBe(404);
});

test('a test event is posted at once, whatever it says, and leaves nothing in the record', async () => {
  const api = await delivering(204);
  const plain = await api.call('POST', `${api.path}/test`);
  expect(plain).toMatchObject({ status: 200, json: { data: { delivered: true, status: 204, error: null } } });
  api.receiver.answer = 500;
  const own = await api.call('POST', `${api.path}/test`, {
    body: '{"type":"job.submitted","data":{"id":1.0}}',
  });
  expect(own.json).toMatchObject({ data: { delivered: false, status: 500, response_body: 'answered 500' } });
  const [first, second] = await api.receiver.bodies(2);
  expect(first).toContain('"type":"webhook.test"');
  expect(second).toContain('"data":{"id":1.0}');
  expect((await api.call('GET', `${api.path}/deliveries`)).json).toEqual({ data: [], next_cursor: null });
});

test('statistics count what came to an end and what waits', async () => {
  const api = await delivering();
  await sent(api, 'delivered', 'one', 'two');
  expect(await api.call('GET', `${api.path}/stats`)).toMatchObject({
    status: 200,
    json: {
      data: {
        total: 2,
        successful: 2,
        failed: 0,
        success_rate: 1,
        average_response_time_ms: expect.any(Number),
        p95_response_time_ms: expect.any(Number),
        pending: 0,
        retry_queue: 0,
        last_delivered_at: expect.stringMatching(/Z$/),
      },
    },
  });
});
