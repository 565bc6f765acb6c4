import { createServer, type RequestListener, type Server } from 'node:http';
import type { ServedReceiver } from '@countersign/testing';

/** A node:http server on 127.0.0.1, on a port of its own. */
export async function listen(app: RequestListener): Promise<ServedReceiver & { readonly server: Server }> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: originOf(server), close: () => closed(server) };
}

/** Where a server listens. */
export function originOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  return `http://127.0.0.1:${address.port}`;
}

/** Ends a server and all of its connections. */
export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
