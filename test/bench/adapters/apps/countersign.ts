import { createReceiver } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import express, { type Express } from 'express';
import { acknowledge } from './acknowledge.js';

/** Everything by default: the replay store too. */
export function handlerApp(secret: string): Express {
  const receiver = createReceiver({ secrets: secret }).on('invoice.paid', () => {});
  return express().post('/webhooks', webhookHandler(receiver));
}

/** Everything by default, but no replay is refused: as little as the others do. */
export function handlerWithoutReplayApp(secret: string): Express {
  const receiver = createReceiver({ secrets: secret, replay: false }).on('invoice.paid', () => {});
  return express().post('/webhooks', webhookHandler(receiver));
}

/** The application's own handler behind the guard. */
export function guardApp(secret: string): Express {
  const receiver = createReceiver({ secrets: secret });
  return express().post('/webhooks', webhookGuard(receiver), (_req, res) => {
    acknowledge(res);
  });
}
