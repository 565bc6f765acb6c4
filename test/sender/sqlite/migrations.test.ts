import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { migrate } from '../../../packages/sender/src/sqlite/migrations.js';
import { steps } from '../../../packages/sender/src/sqlite/sql/schema.js';
import { addEndpoint, deliver, newPath, openStore } from './open-stores.js';

const versionOf = (database: DatabaseSync): unknown =>
  database.prepare('PRAGMA user_version').get()?.['user_version'];

const TODAY = steps.length;

const next = `
  ALTER TABLE events ADD COLUMN extra TEXT;
  UPDATE events SET extra = type;
  PRAGMA user_version = ${TODAY + 1};`;

test('a database of an older schema keeps its data while it is brought up to date, step by step', async () => {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  await deliver(store, id, { type: 'job.done' });
  await store.close();
  const database = new DatabaseSync(path);
  migrate(database, [...steps, next, `CREATE TABLE last (a); PRAGMA user_version = ${TODAY + 2};`]);
  expect(versionOf(database)).toBe(TODAY + 2);
  expect(database.prepare('SELECT extra FROM events').all()).toMatchObject([{ extra: 'job.done' }]);
  expect(database.prepare('SELECT status FROM deliveries').all()).toMatchObject([{ status: 'pending' }]);
  database.close();
});

test('a database that is up to date is not written', () => {
  const database = new DatabaseSync(newPath());
  migrate(database, steps);
  const changes = () => database.prepare('SELECT total_changes() AS n').get()?.['n'];
  const before = changes();
  migrate(database, steps);
  expect(changes()).toBe(before);
  database.close();
});

test.each([
  [
    'fails',
    `CREATE TABLE half (a); INSERT INTO missing VALUES (1); PRAGMA user_version = ${TODAY + 1};`,
    /no such table/,
  ],
  ['does not set its number', 'CREATE TABLE half (a);', new RegExp(`step ${TODAY + 1}`)],
])('a step that %s leaves nothing behind, and those before it stand', (_why, step, message) => {
  const database = new DatabaseSync(newPath());
  expect(() => migrate(database, [...steps, step])).toThrow(message);
  expect(versionOf(database)).toBe(TODAY);
  expect(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
  migrate(database, [...steps, next]);
  expect(versionOf(database)).toBe(TODAY + 1);
  database.close();
});
