import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ended, newDelivery, newEvent, report } from './new-records.js';
import { addEndpoint, newPath, openStore, takeLane } from './open-stores.js';

const STATUSES = ['pending', 'delivered', 'failed', 'skipped'] as const;
type Status = (typeof STATUSES)[number];

/** A database that the store has made, with one delivery of each status, as any program sees it. */
async function database(): Promise<DatabaseSync> {
  const path = newPath();
  const store = await openStore(path);
  const { id } = await addEndpoint(store);
  await store.events.append(STATUSES.map((status) => newEvent({ id: status })));
  const events = await store.events.takeUnrouted({ limit: 10, leaseMs: 1000 });
  await store.events.route(
    events.map((event) => {
      const status = event.id === 'skipped' ? 'skipped' : 'pending';
      return { event, deliveries: [newDelivery(id, { id: event.id, status })], isLast: true };
    }),
  );
  await store.work.settle(await takeLane(store, id), report(ended('delivered'), ended('failed', 'failed')));
  await store.close();
  const opened = new DatabaseSync(path);
  onTestFinished(() => opened.close());
  return opened;
}

const set = (to: Status): string =>
  to === 'pending'
    ? `status = 'pending', due_at = 1, finished_at = NULL`
    : `status = '${to}', due_at = NULL, finished_at = 1`;

const LEGAL: Readonly<Record<Status, readonly Status[]>> = {
  pending: STATUSES,
  delivered: [],
  failed: ['failed', 'pending'],
  skipped: ['skipped', 'pending'],
};

describe('whoever writes to the database', () => {
  test.each(STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const)))(
    'makes of a delivery only what may become of it: %s to %s',
    async (from, to) => {
      const raw = await database();
      const update = () => raw.exec(`UPDATE deliveries SET ${set(to)} WHERE id = '${from}'`);
      if (LEGAL[from].includes(to)) update();
      else expect(update).toThrow(/end/);
      const row = raw.prepare('SELECT status FROM deliveries WHERE id = ?').get(from);
      expect(row).toMatchObject({ status: LEGAL[from].includes(to) ? to : from });
    },
  );

  test.each([
    ['a status that there is not', `status = 'done', due_at = NULL, finished_at = 1`],
    ['pending and not due', 'due_at = NULL'],
    ['pending and at its end', 'finished_at = 1'],
    ['at its end and due', `status = 'failed', finished_at = 1`],
    ['at its end at no time', `status = 'failed', due_at = NULL`],
    ['behind others of no key', 'blocked = 1'],
    ['half behind others', 'blocked = 2'],
    ['of another endpoint', 'endpoint = endpoint + 1'],
    ['of another event', 'event = event + 100'],
    ['another delivery', `id = 'other'`],
    ['of a text for a time', `due_at = 'soon'`],
  ])('cannot make a delivery %s', async (_what, assignment) => {
    const raw = await database();
    expect(() => raw.exec(`UPDATE deliveries SET ${assignment} WHERE id = 'pending'`)).toThrow();
  });

  test('cannot forget what is pending', async () => {
    const raw = await database();
    expect(() => raw.exec(`DELETE FROM deliveries WHERE id = 'pending'`)).toThrow(/not forgotten/);
    raw.exec(`DELETE FROM attempts; DELETE FROM deliveries WHERE id <> 'pending'`);
  });

  test('cannot make a second delivery of one event at one endpoint', async () => {
    const raw = await database();
    const copy = `
      INSERT INTO deliveries (id, event, endpoint, tenant, status, blocked, due_at, created_at)
      SELECT 'copy', event, endpoint, tenant, status, blocked, due_at, created_at FROM deliveries WHERE id = 'pending'`;
    expect(() => raw.exec(copy)).toThrow(/UNIQUE/);
  });
});
