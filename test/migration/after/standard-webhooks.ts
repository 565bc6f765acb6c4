import { createReceiver } from '@countersign/core';
import { webhookGuard } from '@countersign/express';
import express from 'express';

declare function book(event: unknown): Promise<void>;

const gate = createReceiver({ secrets: () => process.env['WEBHOOK_SECRET'] });

export const app = express();
app.post('/webhooks', webhookGuard(gate), async (_req, res) => {
  await book(res.locals.webhook.event.body);
  res.sendStatus(204);
});
