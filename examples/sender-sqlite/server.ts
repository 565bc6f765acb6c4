import { unvalidated } from '@countersign/core';
import { createSender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import express from 'express';

// Receivers on this machine, for trying it out: leave both out in production.
const forDevelopment = { allowHttp: true, allowPrivateNetworks: ['127.0.0.0/8'] };

const sender = createSender({
  store: sqliteStore({ path: process.env['DATABASE'] ?? 'webhooks.db' }),
  events: { 'order.placed': unvalidated<{ order: string; total: number }>() },
  ...forDevelopment,
  onEvent(outcome) {
    if (outcome.kind !== 'attempt') return console.warn(outcome);
    const { eventId, endpointId, attempt, status, error = '' } = outcome;
    console.log(`${outcome.outcome}: ${eventId} to ${endpointId}, attempt ${attempt}: ${status ?? error}`);
  },
});
await sender.start();

const app = express();
app.use(express.json());

// The answer carries the secret, this once: hand it to the subscriber.
app.post('/subscribe', async (request, response) => {
  const { id, secret } = await sender.endpoints.create({ url: request.body.url, events: ['order.*'] });
  response.status(201).json({ id, secret });
});

// The event is on the disk when `send` resolves; who subscribes gets it, however often it takes.
app.post('/orders', async (request, response) => {
  const { order, total } = request.body;
  const { id } = await sender.send({ id: `order_${order}`, type: 'order.placed', data: { order, total } });
  response.status(202).json({ event: id });
});

app.get('/subscribers/:id/deliveries', async (request, response) => {
  response.json(await sender.deliveries.list({ endpointId: request.params.id }));
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`);
});

// First no new orders, then what is in flight; what is not done by then is sent after the next start.
process.once('SIGTERM', () => server.close(() => void sender.stop()));
