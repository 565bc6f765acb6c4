import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { WebhookDispatcher } from '@countersign/core';

/** Where a receiver is served. */
export interface Served {
  readonly url: string;
  /** The same receiver behind a body parser: a mistake that is answered by name. */
  readonly parsedUrl: string;
  close(): Promise<void>;
}

/** A framework that serves receivers. */
export interface Host {
  readonly title: string;
  /** What takes time before the first receiver can be served. */
  prepare?(): Promise<void>;
  /** Serves a receiver on a free port of the loopback interface. */
  serve(receiver: WebhookDispatcher): Promise<Served>;
  close?(): Promise<void>;
}

/** Serves `/webhooks` and `/parsed` of an application over node:http. */
export async function listen(app: RequestListener): Promise<Served> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = originOf(server);
  return { url: `${origin}/webhooks`, parsedUrl: `${origin}/parsed`, close: () => closed(server) };
}

/** Where a server listens. */
export function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Ends a server with all of its connections. */
export async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
