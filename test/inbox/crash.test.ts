import { createReceiver, sign } from '@countersign/core';
import { runInbox } from '@countersign/core/inbox';
import { postgresInbox } from '@countersign/postgres';
import { expect, onTestFinished, test } from 'vitest';
import { secret } from '../receiver/harness.js';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { startProgram } from './start-program.js';

async function post(port: string, id: string, type: string): Promise<number> {
  const { headers, body } = await sign({ id, body: JSON.stringify({ type, data: {} }) }, { secret });
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
  return status;
}

/** A schema with the inbox's table: a first `put` would make it, which a busy machine may not do in time. */
async function inboxSchema(pool: ReturnType<typeof testPool>): Promise<string> {
  const schema = testSchema(pool);
  await postgresInbox({ client: pool, schema }).requeue([]);
  return schema;
}

/** This process, as another one that runs the same inbox. */
async function runHere(pool: ReturnType<typeof testPool>, schema: string) {
  const handled: string[] = [];
  const codes: string[] = [];
  const receiver = createReceiver({
    secrets: secret,
    ack: 'before',
    inbox: postgresInbox({ client: pool, schema }),
    leaseMs: 2000,
    onOutcome: (outcome) =>
      codes.push(`${outcome.kind === 'attempt' ? outcome.attempt : ''} ${outcome.code}`),
  }).on('job.*', (event) => handled.push(event.id));
  const running = await runInbox(receiver, { pollMs: 50 });
  onTestFinished(() => running.stop());
  return { handled, codes };
}

describeWithPostgres('a process that ends or stands still', () => {
  test('killed between the acknowledgement and the handler: another one handles it', async () => {
    const pool = testPool();
    const schema = await inboxSchema(pool);
    const receives = startProgram(schema, 'server');
    const port = await receives.printed(/port (\d+)/);
    expect(await post(port, 'm1', 'job.done')).toBe(202);
    await receives.kill();
    expect(receives.lines()).not.toContain('began m1');

    const { handled, codes } = await runHere(pool, schema);
    await expect.poll(() => codes).toEqual(['1 processed']);
    expect(handled).toEqual(['m1']);
  });

  test('killed while its handler runs: another one runs it again once the lease has ended', async () => {
    const pool = testPool();
    const schema = await inboxSchema(pool);
    const dies = startProgram(schema, 'server inbox');
    const port = await dies.printed(/port (\d+)/);
    expect(await post(port, 'm1', 'job.hangs')).toBe(202);
    await dies.printed(/began (m1)/);
    await dies.kill();

    const { handled, codes } = await runHere(pool, schema);
    await expect.poll(() => codes).toEqual(['2 processed']);
    expect(handled).toEqual(['m1']);
  });

  test('stopped beyond its lease: it cannot settle what another one has taken over', async () => {
    const pool = testPool();
    const schema = await inboxSchema(pool);
    const stands = startProgram(schema, 'server inbox');
    const port = await stands.printed(/port (\d+)/);
    await stands.printed(/running/);
    expect(await post(port, 'm1', 'job.hangs')).toBe(202);
    await stands.printed(/began (m1)/);
    // Its lease goes on while it lives, however long its handler takes.
    const heldMs = `SELECT (due_at - received_at)::integer AS ms FROM ${schema}.inbox`;
    await expect.poll(async () => (await pool.query(heldMs)).rows[0].ms).toBeGreaterThan(3500);
    const { handled, codes } = await runHere(pool, schema);
    expect(handled).toEqual([]);
    stands.signal('SIGSTOP');
    await expect.poll(() => codes).toEqual(['2 processed']);
    expect(handled).toEqual(['m1']);

    stands.signal('SIGUSR2');
    stands.signal('SIGCONT');
    await stands.printed(/outcome attempt (commit_failed)/);
    const { rows } = await pool.query(`SELECT status, attempts, lease FROM ${schema}.inbox`);
    expect(rows).toEqual([{ status: 'done', attempts: 2, lease: '2' }]);
  });
});
