import express from 'express';
import { Webhook } from 'svix';

declare function book(event: unknown): Promise<void>;

export const app = express();
app.post('/webhooks', express.raw({ type: 'application/json' }), async (req, res) => {
  try {
    const webhook = new Webhook(process.env['WEBHOOK_SECRET'] ?? '');
    webhook.verify(req.body, req.headers as Record<string, string>);
  } catch {
    return void res.sendStatus(400);
  }
  await book(JSON.parse(req.body.toString()));
  res.sendStatus(204);
});
