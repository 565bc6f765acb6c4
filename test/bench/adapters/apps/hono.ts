import { webhookGuard, webhookHandler } from '@countersign/hono';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { ACKNOWLEDGED, type App, type Framework } from './app.js';
import { handWritten } from './by-hand.js';
import { forGuard, withHandler, withoutReplay } from './receivers.js';

/** Hono on Node.js: the applications by hand read with `c.req.arrayBuffer()`. */
export const honoApps: Framework = {
  package: 'hono',
  apps: {
    'no verification': served((app) =>
      app.post('/webhooks', async (c) => {
        await c.req.arrayBuffer();
        return c.json(ACKNOWLEDGED);
      }),
    ),
    'by hand': served((app, secret) => {
      const isGenuine = handWritten(secret);
      app.post('/webhooks', async (c) => {
        const body = Buffer.from(await c.req.arrayBuffer());
        if (!isGenuine((name) => c.req.header(name), body)) return c.json({ received: false }, 401);
        JSON.parse(body.toString('utf8'));
        return c.json(ACKNOWLEDGED);
      });
    }),
    'countersign, handler': served((app, secret) =>
      app.post('/webhooks', webhookHandler(withHandler(secret))),
    ),
    'countersign, handler, `replay: false`': served((app, secret) =>
      app.post('/webhooks', webhookHandler(withoutReplay(secret))),
    ),
    'countersign, guard': served((app, secret) =>
      app.post('/webhooks', webhookGuard(forGuard(secret)), (c) => c.json(ACKNOWLEDGED)),
    ),
  },
};

function served(mount: (app: Hono, secret: string) => unknown): App {
  return (secret) => {
    const app = new Hono();
    mount(app, secret);
    return getRequestListener(app.fetch);
  };
}
