import { createReceiver, unvalidated } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import express from 'express';

const secrets = () => process.env['WEBHOOK_SECRET'];
const events = {
  'invoice.paid': unvalidated<{ amount: number }>(),
  'invoice.failed': unvalidated<{ reason: string }>(),
};

// The receiver's own handlers: what throws is answered 500, and runs again when the sender comes back.
const receiver = createReceiver({ secrets, events })
  .on('invoice.paid', (event) => console.log(`paid: ${event.data.amount} (${event.id})`))
  .on('invoice.failed', (event) => console.log(`failed: ${event.data.reason} (${event.id})`));

// Or a route of your own behind a guard. Its name tells it from the other one in logs, and in a store that both share.
const gate = createReceiver({ secrets, events, name: 'guarded' });

const app = express();
app.post('/webhooks', webhookHandler(receiver)); // before express.json()
app.post('/guarded', webhookGuard(gate), (_request, response) => {
  const { event, delivery } = response.locals.webhook;
  console.log(`guarded: ${event.type} (${delivery.id})`);
  response.status(202).json({ queued: event.id });
});

app.use(express.json());
app.post('/orders', (request, response) => void response.json({ ordered: request.body })); // parsed as ever

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`);
});

// Requests under way are answered, and their deliveries committed, before the process ends.
process.once('SIGTERM', () => server.close());
