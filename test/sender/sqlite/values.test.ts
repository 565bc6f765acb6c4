import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { steps } from '../../../packages/sender/src/sqlite/sql/schema.js';
import { Statements } from '../../../packages/sender/src/sqlite/statements.js';
import { newEndpoint } from './new-records.js';
import { deliver, expectRefused, newPath, openStore } from './open-stores.js';

const NO_VALUES: readonly (readonly [unknown])[] = [
  [{}],
  [[]],
  [undefined],
  [true],
  [() => 1],
  [Symbol('s')],
  [new Date()],
  [new Map()],
];

describe('an id that is no text', () => {
  test.each([[{}], [[]], [undefined], [true]])('is nobody’s: %j', async (id) => {
    const path = newPath();
    const store = await openStore(path);
    const { records } = store;
    // A tenant's name that is an id as well: what takes no part in a look-up would move it to the id's place.
    await records.createEndpoint(newEndpoint({ id: 'mallory', tenant: 'victim' }));
    await deliver(store, 'mallory', { tenant: 'victim', id: 'mallory' });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => Reflect.apply(records.endpoint, records, ['mallory', id]),
      () => Reflect.apply(records.endpointTotals, records, ['mallory', id, { windowMs: 1 }]),
      () => Reflect.apply(records.deleteEndpoint, records, ['mallory', id]),
      () => Reflect.apply(records.delivery, records, ['mallory', id]),
      () => Reflect.apply(records.eventOf, records, ['mallory', id]),
      () => Reflect.apply(records.attempts, records, ['mallory', id]),
      () => Reflect.apply(records.deliveries, records, ['mallory', { endpointId: id ?? {}, limit: 1 }]),
      () => Reflect.apply(records.deliveries, records, ['mallory', { eventId: id ?? {}, limit: 1 }]),
      () => Reflect.apply(records.requeue, records, ['mallory', { endpointId: id, statuses: [], limit: 1 }]),
    ];
    for (const call of calls) {
      await expectRefused(call(), 'store_unavailable', path);
      await expect(call()).rejects.toMatchObject({ cause: { name: 'TypeError' } });
    }
    expect(await records.endpoint('victim', 'mallory')).toMatchObject({ revision: 1 });
  });
});

describe('statements', () => {
  const database = new DatabaseSync(':memory:');
  for (const step of steps) database.exec(step);
  const sql = new Statements(database);

  test.each(NO_VALUES)('are given no values that are none, wherever they stand: %s', (value) => {
    for (const values of [
      [value, 'x'],
      ['x', value],
    ]) {
      for (const call of [sql.run, sql.get, sql.all])
        expect(() => Reflect.apply(call, sql, ['endpoint', ...values])).toThrow(
          /statement endpoint is given/,
        );
    }
  });

  test.each([null, 'text', 1, 1.5, 1n, new Uint8Array(1), Buffer.from('a')])('are given %s', (value) => {
    for (const call of [sql.run, sql.get, sql.all])
      expect(() => Reflect.apply(call, sql, ['endpoint', value, value])).not.toThrow();
  });
});
