import { webhookHandler } from '@countersign/express';
import express from 'express';
import { type Host, listen } from './host.js';

export const expressHost: Host = {
  title: 'Express',
  serve(receiver) {
    const app = express();
    app.post('/webhooks', webhookHandler(receiver));
    app.post('/parsed', express.json(), webhookHandler(receiver));
    return listen(app);
  },
};
