import { postgresStore, type SqlPool } from '@countersign/postgres';
import { createSender } from '@countersign/sender';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';

test('a server that is not there is said to be so, without the address or the password', async () => {
  const pool = new Pool({ connectionString: 'postgres://somebody:hunter2@127.0.0.1:1/test' });
  onTestFinished(() => pool.end());
  const sender = createSender({ store: postgresStore({ client: pool }), onEvent: () => {} });
  const refused = sender.send({ type: 'a', data: 1 });
  await expect(refused).rejects.toMatchObject({
    code: 'store_unavailable',
    message:
      "PostgreSQL cannot be reached (ECONNREFUSED): check the client's address, and that the server runs",
  });
  await sender.stop();
});

test('a connection that breaks while it is written to is of the network, not of the server', async () => {
  const broken = async (): Promise<never> => {
    throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  };
  const client: SqlPool = { query: broken, connect: broken };
  const sender = createSender({ store: postgresStore({ client }), onEvent: () => {} });
  const refused = sender.send({ type: 'a', data: 1 });
  await expect(refused).rejects.toThrow('PostgreSQL cannot be reached (EPIPE)');
  await sender.stop();
});
