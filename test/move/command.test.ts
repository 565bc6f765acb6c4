import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';
import { testPool, testSchema } from '../services/postgres.js';
import { databaseUrl, describeWithPostgres } from '../services/services.js';
import { runCommand } from './command.js';
import { makeLongRecord } from './long-record.js';

const SECRET = 'opensesame';
const AWAY = `postgres://somebody:${SECRET}@127.0.0.1:1/nowhere`;

describeWithPostgres('countersign-postgres', () => {
  test('moves a record, tells how far it has come, and what was counted', async () => {
    const pool = testPool();
    const schema = testSchema(pool);
    const from = join(temporaryFolder(), 'webhooks.db');
    await makeLongRecord(from, 4);
    const args = ['move', '--from', from, '--to', databaseUrl, '--schema', schema];
    const first = await runCommand(args, { DATABASE_URL: '' });
    expect(first.exitCode).toBe(0);
    expect(first.stderr).toMatch(/^17 %: 4 of 23 rows, events\n(.*\n)*100 %: 23 of 23 rows, lanes\n$/);
    expect(first.stdout).toContain('events: 4\n  deliveries: 8\n  attempts: 4\n');
    expect(first.stdout).toContain(`schema ${schema}`);
    const second = await runCommand(args);
    expect(second).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('moved before'),
    });
  });

  test.each([
    [['move', '--from', 'nowhere.db', '--to', AWAY], 1, 'nowhere.db is not there'],
    [['move', '--from', 'webhooks.db', '--to', 'not a url'], 2, '`--to`'],
    [['move', '--from', 'webhooks.db', '--to', `mysql://root:${SECRET}@host/db`], 2, '`--to`'],
    [['move', '--to', AWAY], 2, '`--from`'],
    [['move', '--from', 'webhooks.db', AWAY], 2, 'the only command is `move`'],
    [['copy', '--from', 'webhooks.db', '--to', AWAY], 2, 'the only command is `move`'],
    [['move', '--from', 'webhooks.db', `--${AWAY}`], 2, 'there are no other options'],
    [['move', '--from', '--to', AWAY], 2, 'need a value each'],
    [[], 2, 'the only command is `move`'],
  ] as const)('%j ends with %i', async (args, exitCode, problem) => {
    const ended = await runCommand(args);
    expect(ended).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(problem) });
    expect(ended.stderr).not.toContain(SECRET);
  });

  test('says what it can do', async () => {
    expect(await runCommand(['move', '--help'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('--start-over'),
      stderr: '',
    });
  });

  test('names a server that is away by what the system says, and never its password', async () => {
    const from = join(temporaryFolder(), 'webhooks.db');
    await makeLongRecord(from, 1);
    const ended = await runCommand(['move', '--from', from], { DATABASE_URL: AWAY });
    expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ended.stderr).toBe(
      "PostgreSQL cannot be reached (ECONNREFUSED): check the client's address, and that the server runs\n",
    );
  });
});
