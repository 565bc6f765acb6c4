import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { webhookGuard, webhookHandler } from '@countersign/express';
import {
  type AdapterSetup,
  type AdapterTarget,
  type ApplicationAnswer,
  receiverFor,
  type ServedReceiver,
} from '@countersign/testing';
import express from 'express';
import express4 from 'express4';
import { listen } from './listen.js';

/** Express 5 with one webhook route. */
export function serveExpress(setup: AdapterSetup, mode: AdapterTarget['mode']): Promise<ServedReceiver> {
  const app = express().set('trust proxy', true).set('env', 'test');
  if (setup.parserFirst) app.use(express.json());
  const receiver = receiverFor(setup, mode);
  if (mode === 'handler') return listen(app.all('/webhooks', webhookHandler(receiver)));
  app.all('/webhooks', webhookGuard(receiver), async (_request, response) => {
    write(response, await setup.application(response.locals.webhook));
  });
  return listen(app);
}

/** Express 4 with one webhook route. */
export function serveExpress4(setup: AdapterSetup, mode: AdapterTarget['mode']): Promise<ServedReceiver> {
  const app = express4().set('trust proxy', true).set('env', 'test');
  if (setup.parserFirst) app.use(express4.json());
  const receiver = receiverFor(setup, mode);
  if (mode === 'handler') return listen(app.all('/webhooks', webhookHandler(receiver)));
  app.all('/webhooks', webhookGuard(receiver), (_request, response, next) => {
    // Express 4 takes no promises, and no error for the end of a route that answered nothing.
    const fail = (error: unknown): void => next(error ?? new Error('rejected with nothing'));
    setup.application(response.locals.webhook).then((answer) => write(response, answer), fail);
  });
  return listen(app);
}

/** Writes what the application answers. */
export function write(response: ServerResponse, { status, body }: ApplicationAnswer): void {
  response.statusCode = status;
  if (typeof body === 'string' || body === null) response.end(body ?? undefined);
  // Ends the connection where the stream fails.
  else pipeline(Readable.fromWeb(body), response, () => {});
}
