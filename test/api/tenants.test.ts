import type { DeliveryStore } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { expect, test } from 'vitest';
import { served, textAt } from './serve.js';

const url = 'https://example.com/webhooks';

test("another tenant's endpoint and one that is not there are the same answer, on every route", async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { as: 'globex', body: { url } }), 'data', 'id');
  const routes = [
    ['GET', ''],
    ['PUT', '', { url, events: ['*'] }],
    ['PATCH', '', { name: 'mine' }],
    ['DELETE', ''],
    ['POST', '/test'],
    ['POST', '/enable'],
    ['POST', '/disable'],
    ['POST', '/rotate-secret'],
    ['POST', '/recover'],
    ['GET', '/stats'],
    ['GET', '/deliveries'],
  ] as const;
  for (const [method, path, body] of routes) {
    const options = body === undefined ? {} : { body };
    const answers = await Promise.all(
      [id, 'wh_0', 'a b', '%00', '%F0%9F%98%80', 'x'.repeat(200)].map(async (one) => {
        const { status, text } = await call(method, `/webhooks/${one}${path}`, options);
        return [status, text];
      }),
    );
    expect(answers[0]?.[0]).toBe(404);
    expect([path, new Set(answers.map((answer) => JSON.stringify(answer))).size]).toEqual([path, 1]);
  }
  expect(await call('GET', `/webhooks/${id}`, { as: 'globex' })).toMatchObject({
    status: 200,
    json: { data: { name: null, active: true } },
  });
});

test('what no id can be never reaches the record', async () => {
  const store = memoryStore();
  const asked: string[] = [];
  const records: DeliveryStore['records'] = {
    ...store.records,
    endpoint: (scope, id) => {
      asked.push(id);
      return store.records.endpoint(scope, id);
    },
  };
  const { call } = await served({ sender: { store: { ...store, records } } });
  for (const id of ['%00', 'a%20b', '%F0%9F%98%80', 'x'.repeat(129), 'wh_1'])
    expect((await call('GET', `/webhooks/${id}`)).status).toBe(404);
  expect(asked).toEqual(['wh_1']);
});

test('lists show the own tenant alone; without a tenant, what has none; operators see all', async () => {
  const { call } = await served();
  for (const as of ['acme', 'globex', 'untenanted'] as const)
    await call('POST', '/webhooks', { as, body: { url } });
  const tenantsOf = async (as: 'acme' | 'untenanted' | 'operator', query = ''): Promise<unknown> => {
    const { json } = await call('GET', `/webhooks${query}`, { as });
    return JSON.stringify(json).match(/"tenant":[^,]+/g);
  };
  expect(await tenantsOf('acme')).toEqual(['"tenant":"acme"']);
  expect(await tenantsOf('untenanted')).toEqual(['"tenant":null']);
  expect(await tenantsOf('operator')).toEqual(['"tenant":"acme"', '"tenant":"globex"', '"tenant":null']);
  expect(await tenantsOf('operator', '?tenant=globex')).toEqual(['"tenant":"globex"']);
});

test('the tenant never comes from the request, unless an operator makes it', async () => {
  const { call } = await served();
  for (const as of ['acme', 'untenanted'] as const) {
    for (const tenant of ['globex', 'acme']) {
      const endpoint = await call('POST', '/webhooks', { as, body: { url, tenant } });
      expect(endpoint).toMatchObject({ status: 422, json: { errors: [{ pointer: '#/tenant' }] } });
      const event = await call('POST', '/events', { as, body: { type: 'a', data: 1, tenant } });
      expect(event).toMatchObject({ status: 422, json: { errors: [{ pointer: '#/tenant' }] } });
      const events = [
        { type: 'a', data: 1 },
        { type: 'a', data: 1, tenant },
      ];
      const batch = await call('POST', '/events', { as, body: { events } });
      expect(batch).toMatchObject({ status: 422, json: { errors: [{ pointer: '#/events/1/tenant' }] } });
      const list = await call('GET', `/webhooks?tenant=${tenant}`, { as });
      expect(list).toMatchObject({ status: 422, json: { errors: [{ parameter: 'tenant' }] } });
    }
  }
  const made = await call('POST', '/webhooks', { as: 'operator', body: { url, tenant: 'globex' } });
  expect(made).toMatchObject({ status: 201, json: { data: { tenant: 'globex' } } });
  const nobodys = await call('POST', '/webhooks', { as: 'operator', body: { url } });
  expect(nobodys).toMatchObject({ status: 201, json: { data: { tenant: null } } });
  expect(await call('POST', '/webhooks', { as: 'operator', body: { url, tenant: '*' } })).toMatchObject({
    status: 422,
    json: { errors: [{ pointer: '#/tenant' }] },
  });
});

test('`tenant` is a known member, or parameter, to operators alone', async () => {
  const { call } = await served();
  const requests = [
    ['POST', '/webhooks', { url, colour: 'red' }, '#/colour'],
    ['POST', '/events', { type: 'a', data: 1, colour: 'red' }, '#/colour'],
    ['POST', '/events', { events: [{ type: 'a', data: 1, colour: 'red' }] }, '#/events/0/colour'],
    ['GET', '/webhooks?colour=red', undefined, undefined],
  ] as const;
  const detailOf = async (as: 'acme' | 'untenanted' | 'operator', index: number): Promise<string> => {
    const [method, path, body, pointer] = requests[index] ?? requests[0];
    const answer = await call(method, path, body === undefined ? { as } : { as, body });
    const place = pointer === undefined ? { parameter: 'colour' } : { pointer };
    expect(answer).toMatchObject({ status: 422, json: { errors: [place] } });
    return textAt(answer, 'detail');
  };
  for (const index of requests.keys()) {
    expect(await detailOf('operator', index)).toMatch(/the members are .*\btenant\b/);
    for (const as of ['acme', 'untenanted'] as const) {
      expect(await detailOf(as, index)).toMatch(
        /the members are (?!.*\btenant\b.*;)[\w, ]+; `tenant` is for operators alone: it comes from the authentication$/,
      );
    }
  }
});

test('the same event id of two tenants is two events', async () => {
  const { call } = await served();
  const send = async (as: 'acme' | 'globex', data: number): Promise<unknown> => {
    const { status, json } = await call('POST', '/events', { as, body: { type: 'a', data, id: 'evt_1' } });
    return [status, json];
  };
  expect(await send('acme', 1)).toEqual([202, { data: { id: 'evt_1', is_new: true } }]);
  expect(await send('globex', 2)).toEqual([202, { data: { id: 'evt_1', is_new: true } }]);
  expect(await send('acme', 1)).toEqual([202, { data: { id: 'evt_1', is_new: false } }]);
  expect(await send('acme', 2)).toMatchObject([409, { code: 'event_conflict' }]);
});

test('an operator edits the endpoint of any tenant, which stays its own', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { as: 'globex', body: { url } }), 'data', 'id');
  const changed = await call('PATCH', `/webhooks/${id}`, { as: 'operator', body: { name: 'Looked after' } });
  expect(changed).toMatchObject({ status: 200, json: { data: { tenant: 'globex', name: 'Looked after' } } });
});
