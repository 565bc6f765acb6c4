import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens with room for hardly any connection, and then never takes one. */
const DEAF_SERVER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(workerData), 0, 0);
  });
`;

/** More than the kernel keeps waiting for a server with such a backlog. */
const FILLERS = 16;

/** A port on 127.0.0.1 at which a connection is neither made nor refused. */
export interface BlackHole {
  readonly port: number;
  close(): Promise<void>;
}

/** Fills a server's backlog, so that the kernel leaves every further connection without an answer. */
export async function blackHole(): Promise<BlackHole> {
  const worker = new Worker(DEAF_SERVER, { eval: true, workerData: new SharedArrayBuffer(4) });
  const [port] = await once(worker, 'message');
  const fillers = Array.from({ length: FILLERS }, () =>
    connect({ host: '127.0.0.1', port }).on('error', () => {}),
  );
  // All were asked for before the first was made.
  await Promise.any(fillers.map((filler) => once(filler, 'connect')));
  return { port, close: () => closeAll(fillers, worker) };
}

async function closeAll(fillers: readonly Socket[], worker: Worker): Promise<void> {
  for (const filler of fillers) filler.destroy();
  await worker.terminate();
}
