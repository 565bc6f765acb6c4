import { createServer, type RequestListener, type Server } from 'node:http';
import { webhookGuard, webhookHandler } from '@countersign/express';
import {
  type AttackSetup,
  type AttackTarget,
  attackReceiver,
  type ServedReceiver,
} from '@countersign/testing';
import express from 'express';
import express4 from 'express4';

/** The two supported versions, by name. */
export const versions = { 'express 5': express, 'express 4': express4 } as const;

export type Version = keyof typeof versions;

export const versionNames: readonly Version[] = ['express 5', 'express 4'];

/** A server on 127.0.0.1, on a port of its own. */
export async function listen(app: RequestListener): Promise<ServedReceiver & { readonly server: Server }> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  return {
    server,
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Both modes on one version of Express, for the attack corpus. */
export function attackTarget(version: Version, mode: AttackTarget['mode']): AttackTarget {
  return { adapter: version, mode, serve: async (setup) => listen(application(version, mode, setup)) };
}

function application(version: Version, mode: AttackTarget['mode'], setup: AttackSetup): RequestListener {
  const receiver = attackReceiver(setup, mode);
  if (version === 'express 4') {
    const app = express4().set('trust proxy', true).set('env', 'test');
    if (setup.parserFirst) app.use(express4.json());
    if (mode === 'handler') return app.all('/webhooks', webhookHandler(receiver));
    return app.all('/webhooks', webhookGuard(receiver), (_request, response, next) => {
      // Express 4 takes no promises, and no error for the end of a route that answered nothing.
      const fail = (error: unknown): void => next(error ?? new Error('rejected with nothing'));
      setup.application(response.locals.webhook).then(() => response.sendStatus(204), fail);
    });
  }
  const app = express().set('trust proxy', true).set('env', 'test');
  if (setup.parserFirst) app.use(express.json());
  if (mode === 'handler') return app.all('/webhooks', webhookHandler(receiver));
  return app.all('/webhooks', webhookGuard(receiver), async (_request, response) => {
    await setup.application(response.locals.webhook);
    response.sendStatus(204);
  });
}
