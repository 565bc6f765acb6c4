import { createReceiver, unvalidated } from '@countersign/core';
import { countersign, webhookGuard } from '@countersign/fastify';
import Fastify from 'fastify';

const secrets = () => process.env['WEBHOOK_SECRET'];
const events = {
  'invoice.paid': unvalidated<{ amount: number }>(),
  'invoice.failed': unvalidated<{ reason: string }>(),
};

// The receiver's own handlers: what throws is answered 500, and runs again when the sender comes back.
const receiver = createReceiver({ secrets, events })
  .on('invoice.paid', (event) => console.log(`paid: ${event.data.amount} (${event.id})`))
  .on('invoice.failed', (event) => console.log(`failed: ${event.data.reason} (${event.id})`));

// Or a handler of your own behind a guard. Its name tells it from the other one in logs, and in a store that both share.
const gate = createReceiver({ secrets, events, name: 'guarded' });

const app = Fastify();
app.register(countersign, { receiver, path: '/webhooks' });
app.register(
  webhookGuard(gate, {
    path: '/guarded',
    async handler(request, reply) {
      const { event, delivery } = request.webhook;
      console.log(`guarded: ${event.type} (${delivery.id})`);
      return reply.code(202).send({ queued: event.id });
    },
  }),
);
app.post('/orders', async (request) => ({ ordered: request.body })); // parsed as ever

const url = await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
console.log(`listening on port ${new URL(url).port}`);

// Requests under way are answered, and their deliveries committed, before the process ends.
process.once('SIGTERM', () => void app.close());
