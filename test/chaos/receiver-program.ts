/** A process that receives until it is killed, and writes each effect to the database. */
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createReceiver, memoryReplayStore } from '@countersign/core';
import { nodeListener } from '@countersign/core/node';
import { Pool } from 'pg';
import { PLAIN, type ReceiverSettings, TRANSACTIONAL } from './settings.js';

const LONGEST_MS = 20;

const settings: ReceiverSettings = JSON.parse(process.argv[2] ?? '');
const { name, secret } = settings;
const pool = new Pool({
  connectionString: settings.databaseUrl,
  max: 10,
  connectionTimeoutMillis: 2000,
  query_timeout: 4000,
});
pool.on('error', () => {});
const replay = memoryReplayStore();
// A client that is in somebody's hands tells nobody else that its connection has ended.
pool.on('connect', (client) => client.on('error', () => {}));
const EFFECT = 'INSERT INTO effects (receiver, event) VALUES ($1, $2)';
const HANDLED = 'INSERT INTO handled (receiver, event) VALUES ($1, $2) ON CONFLICT DO NOTHING';

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
  .on(TRANSACTIONAL, async (event) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rowCount } = await client.query(HANDLED, [name, event.id]);
      if (rowCount === 1) await client.query(EFFECT, [name, event.id]);
      await pause(Math.random() * LONGEST_MS);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  });

createServer(nodeListener(receiver)).listen(settings.port, '127.0.0.1');
