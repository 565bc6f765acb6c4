import type { EndpointInput } from '@countersign/sender';
import { expect, test } from 'vitest';
import { refusal, type Stage, stage } from './harness.js';

type Sent = Parameters<Stage['sender']['send']>[0];

/** Sends events, and gives which of them arrived at which path, by their data's `n`. */
async function arrivals(
  inputs: Readonly<Record<string, Partial<EndpointInput>>>,
  events: readonly Sent[],
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const on = await stage({ isStarted: false });
  for (const [path, input] of Object.entries(inputs)) await on.endpoint(path, input);
  for (const event of events) await on.sender.send(event);
  await on.sender.start();
  await on.quiet();
  await on.until(async () => (await on.sender.totals()).pending === 0);
  const found = (path: string): readonly unknown[] =>
    on.sink
      .at(path)
      .map(({ body }) => JSON.parse(body).data.n)
      .toSorted();
  return Object.fromEntries(Object.keys(inputs).map((path) => [path, found(path)]));
}

const numbered = (fields: readonly Partial<Sent>[]): readonly Sent[] =>
  fields.map((field, n) => ({ type: 'job.done', ...field, data: { ...(field.data ?? {}), n } }));

test("a tenant's events reach that tenant's endpoints alone, and absence is no wildcard", async () => {
  const found = await arrivals(
    { '/none': {}, '/acme': { tenant: 'acme' }, '/other': { tenant: 'other' } },
    numbered([{}, { tenant: 'acme' }, { tenant: 'other' }, { tenant: 'nobody' }]),
  );
  expect(found).toEqual({ '/none': [0], '/acme': [1], '/other': [2] });
});

test('the same id in two tenants is two events', async () => {
  const on = await stage();
  const a = await on.endpoint('/a', { tenant: 'a' });
  const b = await on.endpoint('/b', { tenant: 'b' });
  expect(await on.sender.send({ id: 'e1', tenant: 'a', type: 't', data: 1 })).toEqual({
    id: 'e1',
    isNew: true,
  });
  expect(await on.sender.send({ id: 'e1', tenant: 'b', type: 't', data: 2 })).toEqual({
    id: 'e1',
    isNew: true,
  });
  await on.untilStatuses(a.id, 'delivered');
  await on.untilStatuses(b.id, 'delivered');
});

test('patterns: a type, a beginning of whole segments, everything; each endpoint gets an event once', async () => {
  const types = ['job', 'job.done', 'job.step.done', 'jobs.done', 'invoice.paid'];
  const found = await arrivals(
    {
      '/exact': { events: ['job.done'] },
      '/job': { events: ['job.*'] },
      '/step': { events: ['job.step.*'] },
      '/all': { events: ['*'] },
      '/default': {},
      '/twice': { events: ['job.*', 'job.done', '*', 'invoice.paid'] },
    },
    numbered(types.map((type) => ({ type }))),
  );
  const all = [0, 1, 2, 3, 4];
  expect(found).toEqual({
    '/exact': [1],
    '/job': [1, 2],
    '/step': [2],
    '/all': all,
    '/default': all,
    '/twice': all,
  });
});

test('filters: every one that is given must match, absent fields never do, globs know only `*`', async () => {
  const found = await arrivals(
    {
      '/types': { filters: { job_types: ['comfy*', 'exact'] } },
      '/priorities': { filters: { job_priorities: [1, 2] } },
      '/machines': { filters: { machine_ids: ['prod-*-gpu'], worker_ids: ['*'] } },
      '/custom': { filters: { custom_filters: { 'model.id': 'm1', ok: true, none: null } } },
    },
    numbered([
      { data: { job_type: 'comfyui', job_priority: 1, machine_id: 'prod-eu-gpu', worker_id: 'w' } },
      { data: { job_type: 'exact', job_priority: '1', machine_id: 'prod-eu-gpu' } },
      { data: { job_type: 'exactly', job_priority: 3, model: { id: 'm1' }, ok: true, none: null } },
      { data: { job_type: ['comfyui'], 'model.id': 'm1', ok: true, none: null } },
      { data: { model: { id: 'm1' }, ok: 1, none: null } },
      { data: {} },
    ]),
  );
  expect(found).toEqual({ '/types': [0, 1], '/priorities': [0], '/machines': [0], '/custom': [2] });
});

test('filters look at plain data only: what every object inherits is no field, and data may be no object', async () => {
  const on = await stage();
  await on.endpoint('/a', { filters: { custom_filters: { constructor: 'x', length: 3 } } });
  for (const data of ['abc', [1, 2, 3], null, 7, { length: 3 }]) await on.send({ data });
  await on.quiet();
  await on.clock.advance(5000);
  expect(on.started).toEqual([]);
});

test('an event that nobody subscribes to is stored, and is nothing more', async () => {
  const on = await stage();
  await on.endpoint('/a', { events: ['invoice.*'] });
  const id = await on.send();
  await on.quiet();
  await on.clock.advance(5000);
  expect(await on.sender.send({ id, type: 'job.done', data: {} })).toEqual({ id, isNew: false });
  expect(await on.sender.totals()).toMatchObject({ pending: 0 });
  expect(on.started).toEqual([]);
});

test('an endpoint that is made disabled gets events as skipped; subscriptions are those at the time of routing', async () => {
  const on = await stage({ isStarted: false });
  const { id } = await on.endpoint('/off', { enabled: false });
  await on.send();
  const late = await on.endpoint('/late');
  await on.sender.start();
  await on.untilStatuses(id, 'skipped');
  await on.untilStatuses(late.id, 'delivered');
});

test('510 endpoints, more than a page of subscribers, get one event, and each of them once', async () => {
  const on = await stage({ isStarted: false });
  for (let index = 0; index < 510; index += 1) await on.endpoint(`/${index % 3}`);
  await on.send();
  await on.sender.start();
  await on.until(() => on.attempts().length === 510);
  await on.quiet();
  expect(new Set(on.attempts().map(({ endpointId }) => endpointId)).size).toBe(510);
  expect(on.sink.requests).toHaveLength(510);
});

test('a pattern or filter that is none is refused with its path', async () => {
  const on = await stage({ isStarted: false });
  const refused: readonly (readonly [Partial<EndpointInput>, string])[] = [
    [{ events: [] }, 'events'],
    [{ events: ['a', 'job.*.done'] }, 'events[1]'],
    [{ events: ['job*'] }, 'events[0]'],
    [{ filters: { job_types: [] } }, 'filters.job_types'],
    [{ filters: { job_priorities: [1, Number.NaN] } }, 'filters.job_priorities[1]'],
    [{ filters: { custom_filters: { 'a..b': 1 } } }, 'filters.custom_filters'],
  ];
  for (const [input, field] of refused) {
    expect(await refusal(() => on.endpoint('/a', input))).toEqual({ code: 'invalid_input', field });
  }
  expect((await on.sender.endpoints.list()).data).toEqual([]);
});
