import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, vi } from 'vitest';
import { GroupCommit } from '../../../packages/sender/src/sqlite/group-commit.js';
import { UndoLog } from '../../../packages/sender/src/sqlite/undo-log.js';
import { ended, newDelivery, newEndpoint, newEvent, report } from './new-records.js';
import { addEndpoint, deliver, newPath, openStore, takeLane } from './open-stores.js';
import { transactionsInLog } from './write-ahead-log.js';

describe('calls of one turn of the event loop', () => {
  test('share one transaction, whatever they write', async () => {
    const path = newPath();
    const store = await openStore(path);
    const { id } = await addEndpoint(store);
    const delivery = await deliver(store, id);
    await store.events.append([newEvent()]);
    const [event] = await store.events.takeUnrouted({ limit: 1, leaseMs: 1000 });
    const lane = await takeLane(store, id);
    const before = transactionsInLog(path);
    await Promise.all([
      ...Array.from({ length: 100 }, () => store.events.append([newEvent()])),
      ...(event === undefined
        ? []
        : [store.events.route([{ event, deliveries: [newDelivery(id)], isLast: true }])]),
      store.work.settle(lane, report(ended(delivery))),
      store.records.createEndpoint(newEndpoint()),
    ]);
    expect(transactionsInLog(path) - before).toBe(1);
  });

  test('in hundreds, share a few transactions', async () => {
    const path = newPath();
    const store = await openStore(path);
    const before = transactionsInLog(path);
    await Promise.all(Array.from({ length: 1000 }, () => store.events.append([newEvent()])));
    expect(transactionsInLog(path) - before).toBe(4);
  });

  test('one that cannot be made fails alone; the others are made, in their order', async () => {
    const store = await openStore();
    const [first, last] = [newEvent(), newEvent()];
    // @ts-expect-error what no column takes
    const broken = newEvent({ id: {} });
    const results = await Promise.allSettled(
      [first, broken, last].map((event) => store.events.append([event])),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'store_unavailable' } });
    const taken = await store.events.takeUnrouted({ limit: 10, leaseMs: 1000 });
    expect(taken.map(({ id }) => id)).toEqual([first.id, last.id]);
  });

  test('one that fails half way leaves nothing behind', async () => {
    const store = await openStore();
    const good = newEvent();
    // @ts-expect-error what no column takes
    await expect(store.events.append([good, newEvent({ id: {} })])).rejects.toThrow();
    expect(await store.events.append([good])).toEqual({ outcome: 'appended', isNew: [true] });
  });

  test('what memory has learnt of a failed transaction is forgotten with it', async () => {
    const store = await openStore();
    const { id } = await addEndpoint(store);
    await deliver(store, id);
    const lane = await takeLane(store, id);
    const released = store.work.settle(lane, report());
    // @ts-expect-error what no column takes
    const broken = store.events.append([newEvent({ id: {} })]);
    await expect(broken).rejects.toThrow();
    expect(await released).toBe(true);
    expect(await store.work.settle(lane, report())).toBe(false);
    expect(await takeLane(store, id)).not.toMatchObject({ token: lane.token });
  });

  test('a write is seen by every read after it was acknowledged, and by none before', async () => {
    const store = await openStore();
    const draft = newEndpoint();
    const created = store.records.createEndpoint(draft);
    expect(await store.records.endpoint('*', draft.id)).toBeUndefined();
    await created;
    expect(await store.records.endpoint('*', draft.id)).toBeDefined();
  });
});

describe('a group', () => {
  function newGroup() {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE t (a INTEGER UNIQUE)');
    const undoLog = new UndoLog();
    const insert = database.prepare('INSERT INTO t VALUES (?)');
    const rows = () =>
      database
        .prepare('SELECT a FROM t ORDER BY rowid')
        .all()
        .map(({ a }) => a);
    const beforeCommit = vi.fn<() => void>();
    return { group: new GroupCommit(database, undoLog, beforeCommit), beforeCommit, undoLog, insert, rows };
  }

  test('undoes what a failed transaction changed in memory, the last first, before it tries again', async () => {
    const { group, undoLog, insert, rows } = newGroup();
    const memory: number[] = [];
    const undone: number[] = [];
    const write = (value: number) =>
      group.write(() => {
        memory.push(value);
        undoLog.onUndo(() => {
          undone.push(value);
          memory.pop();
        });
        insert.run(value);
        return value;
      });
    const results = await Promise.allSettled([write(1), write(2), write(3), write(1)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(undone).toEqual([1, 3, 2, 1, 1]);
    expect(memory).toEqual([1, 2, 3]);
    expect(rows()).toEqual([1, 2, 3]);
  });

  test('takes nothing while it must not be committed, and tells each write why', async () => {
    const { group, beforeCommit, insert, rows } = newGroup();
    beforeCommit.mockImplementation(() => {
      throw new Error('not now');
    });
    const refused = await Promise.allSettled([1, 2].map((row) => group.write(() => insert.run(row))));
    for (const result of refused) expect(result).toMatchObject({ reason: { message: 'not now' } });
    expect(rows()).toEqual([]);
    beforeCommit.mockReset();
    await Promise.all([1, 2].map((row) => group.write(() => insert.run(row))));
    expect(rows()).toEqual([1, 2]);
    expect(beforeCommit).toHaveBeenCalledTimes(1);
  });

  test('is written at once when it is flushed', () => {
    const { group, insert, rows } = newGroup();
    const written = group.write(() => insert.run(1));
    expect(rows()).toEqual([]);
    group.flush();
    expect(rows()).toEqual([1]);
    return written;
  });

  test('a write that is asked for while others are acknowledged is made', async () => {
    const { group, insert, rows } = newGroup();
    await group.write(() => insert.run(1));
    await Promise.all([
      group.write(() => insert.run(2)).then(() => group.write(() => insert.run(3))),
      group.write(() => insert.run(4)),
    ]);
    expect(rows()).toEqual([1, 2, 4, 3]);
  });
});
