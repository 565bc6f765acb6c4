import { createHmac } from 'node:crypto';
import express from 'express';

declare function book(event: unknown): Promise<void>;

export const app = express();
app.use(express.json());

app.post('/webhooks', async (req, res) => {
  const mac = createHmac('sha256', process.env['WEBHOOK_SECRET'] ?? '');
  const expected = mac.update(JSON.stringify(req.body)).digest('hex');
  if (req.get('x-signature') !== expected) return void res.sendStatus(401);

  await book(req.body);
  res.sendStatus(200);
});
