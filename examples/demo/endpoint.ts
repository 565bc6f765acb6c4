import { once } from 'node:events';
import { memoryReplayStore } from '@countersign/core';
import { webhookHandler } from '@countersign/express';
import express from 'express';
import { Ledger } from './ledger.js';
import type { Keys, System } from './systems.js';

/** A system's receiver behind a real Express server. */
export interface Endpoint {
  readonly url: string;
  /** The same receiver behind `express.json()`: a mistake that is answered by name. */
  readonly parsedUrl: string;
  readonly keys: Keys;
  readonly ledger: Ledger;
  close(): Promise<void>;
}

/** Serves a system's receiver on a free port of the loopback interface. */
export async function startEndpoint(system: System): Promise<Endpoint> {
  const keys = await system.newKeys();
  const ledger = new Ledger();
  const receiver = system.receiver({
    secrets: () => keys.verifyWith,
    replay: memoryReplayStore(),
    onOutcome: ledger.onOutcome,
    work: ledger.work,
  });

  const app = express();
  app.post('/webhooks', webhookHandler(receiver));
  app.post('/parsed', express.json(), webhookHandler(receiver));

  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    url: `${origin}/webhooks`,
    parsedUrl: `${origin}/parsed`,
    keys,
    ledger,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
