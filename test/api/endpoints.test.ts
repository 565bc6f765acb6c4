import { expect, test } from 'vitest';
import { served, textAt } from './serve.js';

const url = 'https://example.com/webhooks';
const full = {
  url,
  name: 'Jobs',
  description: 'What the cluster does',
  events: ['job.*', 'machine.startup'],
  filters: { job_types: ['comfyui'], job_priorities: [1], custom_filters: { 'a.b': true } },
  headers: { Authorization: 'Bearer of-the-receiver', 'X-Key': 'value-of-a-header' },
  retry: {
    delays_ms: [0, 1000],
    jitter: 0.2,
    client_errors: 'fail',
    disable: { when: 'failing-for', ms: 60_000 },
  },
  concurrency: 4,
  rate_limit: { per_second: 0.5 },
  secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
};

test('a created endpoint is answered with everything that was chosen, its place, its tag and, once, its secret', async () => {
  const { call, origin } = await served();
  const created = await call('POST', '/webhooks', { body: full });
  const id = textAt(created, 'data', 'id');
  const { headers: _, secret, ...chosen } = full;
  expect(created).toMatchObject({ status: 201, json: { data: { ...chosen, secret } } });
  expect(created.json).toMatchObject({
    data: {
      tenant: 'acme',
      header_names: ['authorization', 'x-key'],
      active: true,
      disabled_reason: null,
      secrets: [{ id: 's1', expires_in_seconds: null }],
      revision: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    },
  });
  expect(created.headers.get('etag')).toBe('"1"');
  const location = new URL(created.headers.get('location') ?? '', `${origin}/webhooks`);
  expect(location.pathname).toBe(`/webhooks/${id}`);
  const read = await call('GET', location.pathname);
  expect(read).toMatchObject({ status: 200, json: { data: chosen } });
  expect(read.headers.get('etag')).toBe('"1"');
});

test('no answer but that of a new secret has a secret, and none the value of a header', async () => {
  const { call } = await served();
  const created = await call('POST', '/webhooks', { body: full });
  const id = textAt(created, 'data', 'id');
  const later = [
    await call('GET', '/webhooks'),
    await call('GET', `/webhooks/${id}`),
    await call('PATCH', `/webhooks/${id}`, { body: { name: 'Other' } }),
    await call('PUT', `/webhooks/${id}`, { body: { url, events: ['*'] } }),
    await call('POST', `/webhooks/${id}/disable`),
    await call('POST', `/webhooks/${id}/enable`),
  ];
  for (const { status, text } of later) {
    expect(status).toBe(200);
    expect(text).not.toContain('"secret"');
    expect(text).not.toContain('whsec_');
    expect(text).toContain('"header_names":["authorization","x-key"]');
  }
  const rotated = await call('POST', `/webhooks/${id}/rotate-secret`);
  expect(textAt(rotated, 'data', 'secret')).toMatch(/^whsec_/);
  for (const { text } of [created, rotated, ...later])
    expect(text).not.toMatch(/of-the-receiver|value-of-a-header/);
});

test('PUT takes back what it leaves out, but for headers, secret and state', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: { ...full, active: false } }), 'data', 'id');
  const body = { url: 'https://example.com/other', events: ['b'] };
  expect((await call('PUT', `/webhooks/${id}`, { body })).json).toMatchObject({
    data: {
      ...body,
      name: null,
      description: null,
      filters: null,
      retry: null,
      concurrency: null,
      rate_limit: null,
      header_names: ['authorization', 'x-key'],
      active: false,
      secrets: [{ id: 's1', expires_in_seconds: null }],
    },
  });
  const whole = await call('PUT', `/webhooks/${id}`, {
    body: { ...body, headers: { 'X-New': '1' }, active: true },
  });
  expect(whole.json).toMatchObject({ data: { header_names: ['x-new'], active: true } });
  const bare = await call('PUT', `/webhooks/${id}`, { body: { ...body, headers: null } });
  expect(bare.json).toMatchObject({ data: { header_names: [] } });
});

test('PUT needs url and events, so that nobody subscribes to everything by leaving them out', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: full }), 'data', 'id');
  expect(await call('PUT', `/webhooks/${id}`, { body: {} })).toMatchObject({
    status: 422,
    json: { errors: [{ pointer: '#/url' }, { pointer: '#/events' }] },
  });
});

test('PATCH changes what it names, and null takes a choice back', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: full }), 'data', 'id');
  const { secret: _, headers: __, ...chosen } = full;
  const named = await call('PATCH', `/webhooks/${id}`, { body: { name: 'Other', rate_limit: null } });
  expect(named).toMatchObject({
    status: 200,
    json: { data: { ...chosen, name: 'Other', rate_limit: null, revision: 2 } },
  });
  const emptied = await call('PATCH', `/webhooks/${id}`, {
    body: {
      name: null,
      description: null,
      events: null,
      filters: null,
      headers: null,
      retry: null,
      concurrency: null,
    },
  });
  expect(emptied.json).toMatchObject({
    data: { url, name: null, events: ['*'], filters: null, header_names: [], retry: null, concurrency: null },
  });
});

test('PATCH that names nothing is refused, and changes no revision', async () => {
  const { call, document } = await served();
  const path = `/webhooks/${textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id')}`;
  const detail =
    'the body must be an object with at least one of url, name, description, events, filters, headers, retry, retry_config, concurrency, rate_limit, active, got an empty object';
  for (const options of [{}, { body: '' }, { body: {} }]) {
    const answer = await call('PATCH', path, options);
    expect(answer).toMatchObject({ status: 422, json: { errors: [{ pointer: '#', detail }] } });
  }
  expect((await call('GET', path)).json).toMatchObject({ data: { revision: 1 } });
  expect(document.paths['/webhooks/{id}']?.['patch']?.requestBody?.required).toBe(true);
  expect(document.components.schemas['EndpointChanges']).toMatchObject({ minProperties: 1 });
});

test('`active` switches an endpoint on and off, wherever it is said', async () => {
  const { call } = await served();
  const off = { data: { active: false, disabled_reason: 'requested' } };
  const on = { data: { active: true, disabled_reason: null } };
  const created = await call('POST', '/webhooks', { body: { url, active: false } });
  const path = `/webhooks/${textAt(created, 'data', 'id')}`;
  expect(created.json).toMatchObject(off);
  const body = { url, events: ['*'] };
  expect((await call('PATCH', path, { body: { active: true } })).json).toMatchObject(on);
  expect((await call('PUT', path, { body: { ...body, active: false } })).json).toMatchObject(off);
  expect((await call('POST', `${path}/enable`)).json).toMatchObject(on);
  expect((await call('POST', `${path}/disable`)).json).toMatchObject(off);
  expect((await call('PUT', path, { body })).json).toMatchObject(off);
});

test('a secret is changed by rotation alone: the old one goes on for the overlap', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: full }), 'data', 'id');
  for (const [method, body] of [
    ['PUT', { url, events: ['*'], secret: full.secret }],
    ['PATCH', { secret: full.secret }],
  ] as const) {
    const answer = await call(method, `/webhooks/${id}`, { body });
    expect(answer).toMatchObject({ status: 422, json: { errors: [{ pointer: '#/secret' }] } });
    expect(answer.text).toContain('rotate-secret');
  }
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const rotated = await call('POST', `/webhooks/${id}/rotate-secret`, {
    body: { secret, overlap_seconds: 60 },
  });
  expect(rotated).toMatchObject({
    status: 200,
    json: { data: { secret, secrets: [{ id: 's2' }, { id: 's1', expires_in_seconds: 60 }], revision: 2 } },
  });
  const atOnce = await call('POST', `/webhooks/${id}/rotate-secret`, { body: { overlap_seconds: 0 } });
  expect(atOnce.json).toMatchObject({ data: { secrets: [{ id: 's3', expires_in_seconds: null }] } });
});

test('a change with If-Match is made to the revision that was read, or not at all', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id');
  const change = async (name: string, tag: string): Promise<[number, string | null]> => {
    const { status, headers } = await call('PATCH', `/webhooks/${id}`, {
      body: { name },
      headers: { 'if-match': tag },
    });
    return [status, headers.get('etag')];
  };
  expect(await change('first', '"1"')).toEqual([200, '"2"']);
  for (const tag of ['"1"', '"3"', 'W/"2"', '2', '""', '"2", "3"', 'nonsense']) {
    expect([tag, ...(await change('late', tag))]).toEqual([tag, 412, null]);
  }
  expect(await change('any', '*')).toEqual([200, '"3"']);
  const body = { url, events: ['*'] };
  const late = await call('PUT', `/webhooks/${id}`, { body, headers: { 'if-match': '"2"' } });
  expect(late).toMatchObject({ status: 412, json: { code: 'revision_mismatch' } });
  expect((await call('PUT', `/webhooks/${id}`, { body, headers: { 'if-match': '"3"' } })).status).toBe(200);
  const gone = await call('PATCH', '/webhooks/wh_0', { body: { name: 'a' }, headers: { 'if-match': '"1"' } });
  expect(gone.status).toBe(404);
});

test('of two changes to one revision at the same time, one is made and one is told', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id');
  const names = ['a', 'b', 'c', 'd'];
  const headers = { 'if-match': '"1"' };
  const answers = await Promise.all(
    names.map((name) => call('PATCH', `/webhooks/${id}`, { body: { name }, headers })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412]);
});

test('If-Match is refused where it would be left out of account', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id');
  for (const [method, path] of [
    ['DELETE', ''],
    ['POST', '/disable'],
    ['POST', '/rotate-secret'],
  ] as const) {
    const answer = await call(method, `/webhooks/${id}${path}`, { headers: { 'if-match': '"7"' } });
    expect(answer).toMatchObject({ status: 422, json: { errors: [{ header: 'If-Match' }] } });
  }
  expect((await call('GET', `/webhooks/${id}`)).json).toMatchObject({ data: { active: true, revision: 1 } });
});

test('pages follow each other without a gap, the oldest first', async () => {
  const { call } = await served();
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.push(textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id'));
  }
  const first = await call('GET', '/webhooks?limit=2');
  const second = await call('GET', `/webhooks?limit=2&cursor=${textAt(first, 'next_cursor')}`);
  const last = await call('GET', `/webhooks?limit=2&cursor=${textAt(second, 'next_cursor')}`);
  const pages = [first, second, last].map(({ text }) => text.match(/wh_\w+/g));
  expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
  expect(last.json).toMatchObject({ next_cursor: null });
});

test('a deleted endpoint is gone, for good and for everybody', async () => {
  const { call } = await served();
  const id = textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id');
  expect(await call('DELETE', `/webhooks/${id}`)).toMatchObject({ status: 204, text: '' });
  expect((await call('DELETE', `/webhooks/${id}`)).status).toBe(404);
  expect((await call('GET', `/webhooks/${id}`)).status).toBe(404);
  expect((await call('GET', '/webhooks')).json).toEqual({ data: [], next_cursor: null });
});
