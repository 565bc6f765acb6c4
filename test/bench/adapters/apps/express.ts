import { webhookGuard, webhookHandler } from '@countersign/express';
import express from 'express';
import { ACKNOWLEDGED, type Framework } from './app.js';
import { handWritten } from './by-hand.js';
import { forGuard, withHandler, withoutReplay } from './receivers.js';

const raw = express.raw({ type: 'application/json', limit: '1mb' });

/** Express: the applications by hand read with `express.raw`. */
export const expressApps: Framework = {
  package: 'express',
  apps: {
    'no verification': () =>
      express().post('/webhooks', raw, (_request, response) => {
        response.json(ACKNOWLEDGED);
      }),
    'by hand'(secret) {
      const isGenuine = handWritten(secret);
      return express().post('/webhooks', raw, (request, response) => {
        if (!Buffer.isBuffer(request.body) || !isGenuine((name) => request.get(name), request.body)) {
          response.status(401).json({ received: false });
          return;
        }
        JSON.parse(request.body.toString('utf8'));
        response.json(ACKNOWLEDGED);
      });
    },
    'countersign, handler': (secret) => express().post('/webhooks', webhookHandler(withHandler(secret))),
    'countersign, handler, `replay: false`': (secret) =>
      express().post('/webhooks', webhookHandler(withoutReplay(secret))),
    'countersign, guard': (secret) =>
      express().post('/webhooks', webhookGuard(forGuard(secret)), (_request, response) => {
        response.json(ACKNOWLEDGED);
      }),
  },
};
