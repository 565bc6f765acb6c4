import { postgresStore } from '@countersign/postgres';
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
