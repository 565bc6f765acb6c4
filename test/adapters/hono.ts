import type { AdapterSetup, AdapterTarget, ServedReceiver } from '@countersign/testing';
import { getRequestListener } from '@hono/node-server';
import { honoApp } from './hono-app.js';
import { listen } from './listen.js';

/** Hono on Node. */
export function serveHono(setup: AdapterSetup, mode: AdapterTarget['mode']): Promise<ServedReceiver> {
  return listen(getRequestListener(honoApp(setup, mode).fetch));
}
