import express, { type Express } from 'express';
import { Webhook } from 'standardwebhooks';
import { acknowledge } from './acknowledge.js';

/** The reference library on a raw body. No replay is refused. */
export function standardwebhooksApp(secret: string): Express {
  const webhook = new Webhook(secret);
  const app = express();
  app.post('/webhooks', express.raw({ type: 'application/json', limit: '1mb' }), (req, res) => {
    try {
      webhook.verify(req.body, {
        'webhook-id': req.get('webhook-id') ?? '',
        'webhook-timestamp': req.get('webhook-timestamp') ?? '',
        'webhook-signature': req.get('webhook-signature') ?? '',
      });
    } catch {
      res.status(401).json({ received: false });
      return;
    }
    acknowledge(res);
  });
  return app;
}
