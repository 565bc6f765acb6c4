import { unvalidated } from '@countersign/core';
import { postgresStore } from '@countersign/postgres';
import { createSender } from '@countersign/sender';
import express from 'express';
import { Pool } from 'pg';
import { inTransaction } from './in-transaction.js';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], connectionTimeoutMillis: 10_000 });
pool.on('error', (error) => console.warn(error.message)); // an idle connection that is cut ends the process otherwise

const schema = process.env['SCHEMA'] ?? 'shop';
await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
await pool.query(
  `CREATE TABLE IF NOT EXISTS ${schema}.orders (id text PRIMARY KEY, total integer CHECK (total > 0))`,
);

const sender = createSender({
  store: postgresStore({ client: pool, schema }),
  events: { 'order.placed': unvalidated<{ order: string; total: number }>() },
  // Receivers on this machine, for trying it out: leave both out in production.
  allowHttp: true,
  allowPrivateNetworks: ['127.0.0.0/8'],
  onEvent(outcome) {
    if (outcome.kind !== 'attempt') return console.warn(outcome);
    const { eventId, endpointId, attempt, status, error = '' } = outcome;
    console.log(`${outcome.outcome}: ${eventId} to ${endpointId}, attempt ${attempt}: ${status ?? error}`);
  },
});
await sender.start();

const app = express();
app.use(express.json());

app.post('/subscribe', async (request, response) => {
  const { id, secret } = await sender.endpoints.create({ url: request.body.url, events: ['order.*'] });
  response.status(201).json({ id, secret });
});

// The order and its event are there together, or neither of them is: the second statement may fail, or the process die.
app.post('/orders', async (request, response) => {
  const { order, total } = request.body;
  const event = { id: `order_${order}`, type: 'order.placed', data: { order, total } } as const;
  try {
    await inTransaction(pool, async (client) => {
      await sender.send(event, { transaction: client });
      await client.query(`INSERT INTO ${schema}.orders (id, total) VALUES ($1, $2)`, [order, total]);
    });
    response.status(201).json({ event: event.id });
  } catch (error) {
    response.status(409).json({ error: error instanceof Error ? error.message : 'refused' });
  }
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`);
});

process.once('SIGTERM', () => server.close(() => void sender.stop().then(() => pool.end())));
