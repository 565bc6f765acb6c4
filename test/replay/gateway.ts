import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from '../services/own-server.js';

/** What stands between a client and its server. */
export interface Gateway {
  readonly port: number;
  /** Everything passes. Connections from before are ended. */
  open(): Promise<void>;
  /** Nothing is answered any more: connections stay, and others are accepted. */
  silence(): void;
  /** New connections pass. Those from the silence stay, and are never answered, as of a machine that is gone. */
  answerNewOnes(): void;
  /** Connections are refused. */
  refuse(): Promise<void>;
}

/** A gateway to a server; it refuses until it is opened. */
export async function gateway(to: { readonly host: string; readonly port: number }): Promise<Gateway> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  const deaf = new Set<Socket>();
  let isSilent = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (isSilent) deaf.add(socket);
  };
  const server = createServer((client) => {
    keep(client);
    if (isSilent) return;
    const upstream = connect(to);
    keep(upstream);
    client.on('data', (bytes) => deaf.has(client) || upstream.write(bytes));
    upstream.on('data', (bytes) => deaf.has(client) || client.write(bytes));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const refuse = async (): Promise<void> => {
    const closed = server.listening
      ? new Promise<void>((resolve) => server.close(() => resolve()))
      : undefined;
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const open = async (): Promise<void> => {
    await refuse();
    isSilent = false;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  };
  onTestFinished(refuse);
  const silence = (): void => {
    isSilent = true;
    for (const socket of sockets) deaf.add(socket);
  };
  const answerNewOnes = (): void => {
    isSilent = false;
  };
  return { port, open, silence, answerNewOnes, refuse };
}
