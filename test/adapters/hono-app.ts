import { webhookGuard, webhookHandler } from '@countersign/hono';
import { type AdapterSetup, type AdapterTarget, receiverFor } from '@countersign/testing';
import { Hono } from 'hono';

/** Hono with one webhook route, for a server of any runtime. */
export function honoApp(setup: AdapterSetup, mode: AdapterTarget['mode']): Hono {
  const app = new Hono();
  // Hono's own error handler writes what was thrown to the console.
  app.onError((_error, c) => c.text('Internal Server Error', 500));
  if (setup.parserFirst) {
    app.use(async (c, next) => {
      await c.req.json();
      await next();
    });
  }
  const receiver = receiverFor(setup, mode);
  if (mode === 'handler') return app.all('/webhooks', webhookHandler(receiver));
  app.all('/webhooks', webhookGuard(receiver), async (c) => {
    const { status, body } = await setup.application(c.var.webhook);
    return new Response(body, { status });
  });
  return app;
}
