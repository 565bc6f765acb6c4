import { describe, expect, test } from 'vitest';
import { stage } from './harness.js';

/** Calls whose last argument is options, which may have a name that is none, as in plain JavaScript. */
const CALLS: readonly { readonly path: string; readonly args: readonly unknown[] }[] = [
  { path: 'send', args: [{ type: 'job.done', data: {} }] },
  { path: 'sendMany', args: [[{ type: 'job.done', data: {} }]] },
  { path: 'stop', args: [] },
  { path: 'endpoints.create', args: [] },
  { path: 'endpoints.get', args: ['wh_1'] },
  { path: 'endpoints.list', args: [] },
  { path: 'endpoints.update', args: ['wh_1', {}] },
  { path: 'endpoints.update', args: ['wh_1'] },
  { path: 'endpoints.delete', args: ['wh_1'] },
  { path: 'endpoints.enable', args: ['wh_1'] },
  { path: 'endpoints.disable', args: ['wh_1'] },
  { path: 'endpoints.rotateSecret', args: ['wh_1'] },
  { path: 'endpoints.test', args: ['wh_1'] },
  { path: 'endpoints.stats', args: ['wh_1'] },
  { path: 'deliveries.get', args: ['dlv_1'] },
  { path: 'deliveries.list', args: [] },
  { path: 'deliveries.retry', args: ['dlv_1'] },
  { path: 'deliveries.recover', args: [] },
  { path: 'deliveries.resend', args: ['dlv_1'] },
];

async function called(owner: object, path: string, args: readonly unknown[]): Promise<unknown> {
  const names = path.split('.');
  const target = names.length === 2 ? Reflect.get(owner, names[0] ?? '') : owner;
  return Reflect.apply(Reflect.get(target, names.at(-1) ?? ''), target, args);
}

describe('an option that is misspelt is refused, and nothing is done', () => {
  test.each(CALLS)('$path $args', async ({ path, args }) => {
    const on = await stage();
    const { id } = await on.endpoint('/a', { id: 'wh_1' });
    await expect(called(on.sender, path, [...args, { tenat: 'acme' }])).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'tenat',
      message: expect.stringMatching(/^`tenat` is no option here: they are \w/),
    });
    const { data } = await on.sender.endpoints.list({ tenant: '*' });
    expect(data).toMatchObject([{ id, revision: 1, status: 'enabled' }]);
    expect(await on.sender.totals()).toMatchObject({ pending: 0 });
    expect(on.started).toEqual([]);
  });
});

test('a transaction that the store cannot join is refused: the event would be stored whatever becomes of it', async () => {
  const on = await stage();
  const event = { type: 'job.done', data: {} };
  const refused = { code: 'invalid_input', field: 'transaction' };
  await expect(called(on.sender, 'send', [event, { transaction: {} }])).rejects.toMatchObject(refused);
  await expect(called(on.sender, 'sendMany', [[event], { transaction: {} }])).rejects.toMatchObject(refused);
  expect(await on.sender.totals()).toMatchObject({ pending: 0 });
  expect(await called(on.sender, 'send', [event, { transaction: undefined }])).toMatchObject({ isNew: true });
});

describe('an id that is none', () => {
  test.each(CALLS.filter(({ args }) => args[0] === 'wh_1' || args[0] === 'dlv_1'))(
    '$path',
    async ({ path }) => {
      const on = await stage();
      for (const id of [undefined, null, 5, {}]) {
        await expect(
          called(on.sender, path, [id, path === 'endpoints.update' ? {} : undefined]),
        ).rejects.toMatchObject({
          code: 'invalid_input',
          field: 'id',
        });
      }
    },
  );

  test('deliveries.recover', async () => {
    const on = await stage();
    await expect(called(on.sender, 'deliveries.recover', [{}])).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'endpointId',
    });
  });
});

test('what is no argument is refused by name, before anything is looked up', async () => {
  const on = await stage();
  const { id } = await on.endpoint('/a');
  const refused: readonly (readonly [string, readonly unknown[], string])[] = [
    ['deliveries.recover', [], 'options'],
    ['deliveries.recover', [{ endpointId: 'wh_none', statuses: 5 }], 'statuses'],
    ['deliveries.list', [{ endpointId: {} }], 'endpointId'],
    ['deliveries.list', [{ eventId: [] }], 'eventId'],
    ['endpoints.update', [id, {}, { expectedRevision: '1' }], 'expectedRevision'],
    ['observe', [undefined], 'hook'],
  ];
  for (const [path, args, field] of refused) {
    const call = async () => called(on.sender, path, args);
    await expect(call(), path).rejects.toMatchObject({ code: 'invalid_input', field });
  }
});
