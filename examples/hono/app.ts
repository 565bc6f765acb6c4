import { createReceiver, unvalidated } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/hono';
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';

// Read with each request: at import a Worker has no environment yet.
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

/** For any server: `serve({ fetch: app.fetch })` on Node, `export default app` on Bun, Deno and Workers. */
export const app = new Hono();
app.use(requestId());
app.post('/webhooks', webhookHandler(receiver));
app.post('/guarded', webhookGuard(gate), (c) => {
  const { event, delivery } = c.var.webhook;
  console.log(`guarded: ${event.type} (${delivery.id})`);
  return c.json({ queued: event.id, by: c.var.requestId }, 202);
});
app.post('/orders', async (c) => c.json({ ordered: await c.req.json() })); // parsed as ever
