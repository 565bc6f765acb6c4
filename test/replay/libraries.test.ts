import { postgresReplayStore, type SqlClient } from '@countersign/postgres';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testPool, testSchema } from '../services/postgres.js';
import { describeWithPostgres } from '../services/services.js';
import { libraries } from '../transactions/libraries.js';
import { horizons, lease, newClaim } from './claims.js';

describeWithPostgres("a commit in a handler's transaction", () => {
  describe.each(Object.entries(libraries))('of %s', (_, open) => {
    test('is there with its effect or not at all; of a claim that was lost it rejects', async () => {
      const library = await open();
      onTestFinished(() => library.close());
      const pool = testPool();
      const schema = testSchema(pool);
      await pool.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.booked (id text)`);
      const book = (client: SqlClient, id: string) =>
        client.query(`INSERT INTO ${schema}.booked (id) VALUES ($1::text)`, [id]);
      const booked = async () => (await pool.query(`SELECT id FROM ${schema}.booked`)).rows;
      const replay = postgresReplayStore({ client: pool, schema });
      const claim = newClaim();
      await replay.claim(claim, lease());

      const undone = library.transaction(async (transaction) => {
        await book(transaction, 'undone');
        await replay.commit(claim, { transaction });
        throw new Error('changed my mind');
      });
      await expect(undone).rejects.toThrow('changed my mind');
      expect(await booked()).toEqual([]);
      expect(await replay.claim(claim, lease())).toBe('claimed');

      await library.transaction(async (transaction) => {
        await book(transaction, 'done');
        await replay.commit(claim, { transaction });
        expect(await replay.claim(newClaim(claim.key), lease())).toBe('in_progress');
      });
      expect(await booked()).toEqual([{ id: 'done' }]);
      expect(await replay.claim(newClaim(claim.key), lease())).toBe('done');
      expect(await replay.commit(claim, horizons)).toBe(true);

      const late = library.transaction(async (transaction) => {
        await book(transaction, 'late');
        await replay.commit(newClaim(claim.key), { transaction });
      });
      await expect(late).rejects.toMatchObject({ name: 'WebhookError', code: 'claim_lost' });
      expect(await booked()).toEqual([{ id: 'done' }]);
    });
  });
});
