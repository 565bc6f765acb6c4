import express from 'express';
import { Webhook } from 'standardwebhooks';

declare function book(event: unknown): Promise<void>;

export const app = express();
app.post('/webhooks', express.raw({ type: 'application/json' }), async (req, res) => {
  let event: unknown;
  try {
    const webhook = new Webhook(process.env['WEBHOOK_SECRET'] ?? '');
    event = webhook.verify(req.body, req.headers as Record<string, string>);
  } catch {
    return void res.sendStatus(400);
  }
  await book(event);
  res.sendStatus(204);
});
