import { createReceiver } from '@countersign/core';
import { webhookHandler } from '@countersign/express';
import express from 'express';
import { pino } from 'pino';
import { outcomeLogger } from './outcome-logger.js';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'info' });

// What a receiver without `onOutcome` has to say are process warnings, as are Node's own.
process.on('warning', (warning) => log.warn({ err: warning }, warning.message));

const secret = process.env['WEBHOOK_SECRET'];
const secrets = () => (secret === undefined ? undefined : [{ id: '2026-01', secret }]);

const receiver = createReceiver({ secrets, onOutcome: outcomeLogger(log) })
  .on('invoice.paid', () => {})
  .on('invoice.broken', () => {
    throw new Error('the ledger is closed');
  });

// The same without a hook: failures of the application become process warnings, refusals are silent.
const silent = createReceiver({ secrets, name: 'silent' }).on('invoice.broken', () => {
  throw new Error('the archive is closed');
});

const app = express();
app.post('/webhooks', webhookHandler(receiver));
app.post('/silent', webhookHandler(silent));

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  log.info({ port }, `listening on port ${port}`);
});

process.once('SIGTERM', () => server.close());
