import { webhookHandler } from '@countersign/hono';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type Host, listen } from './host.js';

export const honoHost: Host = {
  title: 'Hono',
  serve(receiver) {
    const app = new Hono();
    app.post('/webhooks', webhookHandler(receiver));
    app.use('/parsed', async (c, next) => {
      await c.req.json();
      await next();
    });
    app.post('/parsed', webhookHandler(receiver));
    return listen(getRequestListener(app.fetch));
  },
};
