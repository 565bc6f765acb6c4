import express, { type Express } from 'express';
import { acknowledge } from './acknowledge.js';

/** Express itself: the body is read, nothing is verified. */
export function bareApp(): Express {
  const app = express();
  app.post('/webhooks', express.raw({ type: 'application/json', limit: '1mb' }), (_req, res) => {
    acknowledge(res);
  });
  return app;
}
