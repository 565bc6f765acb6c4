import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { postgresStore } from '@countersign/postgres';
import { isMoveError, moveRecord } from '@countersign/postgres/move';
import { createSender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { expect, test } from 'vitest';
import { startProgram } from '../sender/sqlite/child-program.js';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { makeLongRecord } from './long-record.js';

async function shortFile(): Promise<string> {
  const from = join(temporaryFolder(), 'webhooks.db');
  await makeLongRecord(from, 3);
  return from;
}

/** Changes a file as only another program could. */
function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describeWithPostgres('a record is not moved', () => {
  test('while a sender has the file open, here or in another process', async () => {
    const [client, from] = [testPool(), await shortFile()];
    const schema = testSchema(client);
    const store = sqliteStore({ path: from });
    await store.open();
    await expect(moveRecord({ from, client, schema })).rejects.toMatchObject({ code: 'store_locked' });
    await store.close();

    const holder = await startProgram('holder.ts', [from]);
    await holder.printed(1);
    const refusal = { code: 'store_locked', message: expect.stringContaining(from) };
    await expect(moveRecord({ from, client, schema })).rejects.toMatchObject(refusal);
    await holder.kill();
    // What a killed sender leaves behind is part of the record.
    await expect(moveRecord({ from, client, schema })).resolves.toMatchObject({ rows: { events: 3 } });
  });

  test('into a schema that has one, of its own or from another file', async () => {
    const [client, from] = [testPool(), await shortFile()];
    const [own, moved, cut] = [testSchema(client), testSchema(client), testSchema(client)];
    const sender = createSender({ store: postgresStore({ client, schema: own }), onEvent: () => {} });
    await sender.send({ type: 'job.done', data: {} });
    const taken = { name: 'MoveError', code: 'target_taken' };
    await expect(moveRecord({ from, client, schema: own })).rejects.toMatchObject(taken);
    await expect(moveRecord({ from, client, schema: own, startOver: true })).rejects.toMatchObject(taken);
    await sender.stop();

    await moveRecord({ from, client, schema: moved });
    const other = { from: await shortFile(), client };
    await expect(moveRecord({ ...other, schema: moved })).rejects.toMatchObject(taken);
    await expect(moveRecord({ ...other, schema: moved, startOver: true })).rejects.toMatchObject(taken);

    const stop = new AbortController();
    const cutOff = { from, client, schema: cut, signal: stop.signal, onProgress: () => stop.abort() };
    await expect(moveRecord(cutOff)).rejects.toThrow();
    const error: unknown = await moveRecord({ ...other, schema: cut }).catch((caught: unknown) => caught);
    expect(isMoveError(error) && error.code).toBe('source_changed');
  });

  test('where somebody has written to the schema meanwhile', async () => {
    const [client, from] = [testPool(), await shortFile()];
    const schema = testSchema(client);
    let written: Promise<unknown> | undefined;
    const writeBeside = (): void => {
      written ??= client.query(`INSERT INTO ${schema}.tallies VALUES (1, 1, 0, 1, 1, 'failed')`);
    };
    const move = moveRecord({ from, client, schema, onProgress: writeBeside });
    await expect(move).rejects.toMatchObject({
      code: 'counts_differ',
      message: expect.stringMatching(/tallies .* has 2 rows, and the file has 1/),
    });
    await written;
    await expect(moveRecord({ from, client, schema, startOver: true })).resolves.toMatchObject({
      outcome: 'moved',
    });
  });

  test('without a file, and no file is made', async () => {
    const client = testPool();
    const folder = temporaryFolder();
    const from = join(folder, 'nowhere.db');
    await expect(moveRecord({ from, client })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: `the database ${from} is not there`,
    });
    expect(readdirSync(folder)).toStrictEqual([]);
    const text = join(folder, 'text.db');
    writeFileSync(text, 'no database, and long enough to be looked at'.repeat(20));
    await expect(moveRecord({ from: text, client })).rejects.toMatchObject({ code: 'store_foreign' });
    tamper(join(folder, 'foreign.db'), 'CREATE TABLE things (id INTEGER)');
    const foreign = { from: join(folder, 'foreign.db'), client };
    await expect(moveRecord(foreign)).rejects.toMatchObject({ code: 'store_foreign' });
    expect(existsSync(from)).toBe(false);
  });

  test.each(["'a' || char(0) || 'b'", "CAST(x'61ff62' AS TEXT)"])(
    'with a text that PostgreSQL cannot keep: %s',
    async (text) => {
      const [client, from] = [testPool(), await shortFile()];
      const schema = testSchema(client);
      tamper(from, `UPDATE events SET type = ${text} WHERE seq = 2`);
      await expect(moveRecord({ from, client, schema })).rejects.toMatchObject({
        code: 'store_corrupt',
        message: expect.stringContaining('events.type, row [2]'),
      });
      tamper(from, `UPDATE events SET type = 'job.done' WHERE seq = 2`);
      await expect(moveRecord({ from, client, schema })).resolves.toMatchObject({ outcome: 'moved' });
    },
  );

  test('with options that are none', async () => {
    const client = testPool();
    // @ts-expect-error callers without types
    await expect(moveRecord({ client })).rejects.toThrow('`from` must be the path of a file of sqliteStore');
    // @ts-expect-error callers without types
    await expect(moveRecord({ from: 'webhooks.db' })).rejects.toThrow('`client` must be a Pool of pg');
    const schema = 'countersign; DROP TABLE x';
    await expect(moveRecord({ from: 'webhooks.db', client, schema })).rejects.toThrow(
      '`schema` must be 1 to 63',
    );
  });
});
