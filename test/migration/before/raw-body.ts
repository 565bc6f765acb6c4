import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

declare function book(event: unknown): Promise<void>;

const seen = new Set<string>();
export const app = express();

app.post('/webhooks', express.raw({ type: 'application/json' }), async (req, res) => {
  const age = Math.abs(Date.now() / 1000 - Number(req.get('x-timestamp')));
  if (age > 300) return void res.sendStatus(401);

  const expected = createHmac('sha256', process.env['WEBHOOK_SECRET'] ?? '')
    .update(req.body)
    .digest('hex');
  const given = req.get('x-signature') ?? '';
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(given))) return void res.sendStatus(401);

  const id = req.get('x-event-id') ?? '';
  if (seen.has(id)) return void res.sendStatus(200);
  seen.add(id);

  await book(JSON.parse(req.body.toString()));
  res.sendStatus(200);
});
