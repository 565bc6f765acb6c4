/** A process that receives until it is killed, and writes each effect to the database. */
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createReceiver } from '@countersign/core';
import { nodeListener } from '@countersign/core/node';
import { postgresReplayStore } from '@countersign/postgres';
import { Pool } from 'pg';
import { PLAIN, type ReceiverSettings, SCHEMA, TRANSACTIONAL } from './settings.js';

/** A handler takes as long, so that most kills strike one in the middle of it. */
const LONGEST_MS = 60;

const settings: ReceiverSettings = JSON.parse(process.argv[2] ?? '');
const { name, secret } = settings;
const pool = new Pool({
  connectionString: settings.databaseUrl,
  max: 10,
  connectionTimeoutMillis: 2000,
  query_timeout: 4000,
});
pool.on('error', () => {});
const replay = postgresReplayStore({ client: pool, schema: SCHEMA });
const EFFECT = 'INSERT INTO effects (receiver, event) VALUES ($1, $2)';

const receiver = createReceiver({
  name,
  secrets: () => secret,
  replay,
  leaseMs: 3000,
  storeTimeoutMs: 1000,
  handlerTimeoutMs: 4000,
  onOutcome: () => {},
})
  .on(PLAIN, async (event) => {
    await pool.query(EFFECT, [name, event.id]);
    await pause(Math.random() * LONGEST_MS);
  })
  .on(TRANSACTIONAL, async (event, { claim }) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(EFFECT, [name, event.id]);
      await replay.commit(claim, { transaction: client });
      await pause(Math.random() * LONGEST_MS);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  });

createServer(nodeListener(receiver)).listen(settings.port, '127.0.0.1');
