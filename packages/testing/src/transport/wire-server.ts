import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Peer, type ReceivedRequest } from './peer.js';
import { TEST_CERTIFICATE, TEST_KEY } from './test-certificates.js';

/** What a server does with a connection. */
export type PeerScript = (peer: Peer) => Promise<void> | void;

/** How a {@link WireServer} listens. */
export interface WireServerOptions {
  /** Default 127.0.0.1. */
  readonly address?: string | undefined;
  /** Default: one that is free. */
  readonly port?: number | undefined;
  /** Speaks TLS with this certificate, whose key is the test key; `true`: with the good one. Default: no TLS. */
  readonly certificate?: string | true | undefined;
}

/** Answers every request with 200. */
export async function obliging(peer: Peer): Promise<void> {
  while ((await peer.request()) !== undefined) peer.answer();
}

/** A server on loopback that does what its script says, and counts. */
export class WireServer {
  /** Connections that were made, whether or not anything came over them. */
  accepted = 0;
  readonly peers: Peer[] = [];
  /** Requests that came whole, in the order in which they came. */
  readonly requests: ReceivedRequest[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #isSecure: boolean;

  private constructor(script: PeerScript, certificate: string | true | undefined) {
    this.#isSecure = certificate !== undefined;
    const cert = certificate === true ? TEST_CERTIFICATE : certificate;
    const onPeer = (socket: Socket): void => {
      const peer = new Peer(socket);
      peer.onRequest = (request) => this.requests.push(request);
      this.peers.push(peer);
      void script(peer);
    };
    this.#server =
      cert === undefined ? createServer(onPeer) : createTlsServer({ cert, key: TEST_KEY }, onPeer);
    // Of TLS too this is the connection below it.
    this.#server.on('connection', (socket: Socket) => this.#count(socket));
    this.#server.on('tlsClientError', () => {});
  }

  static async open(script: PeerScript = obliging, options: WireServerOptions = {}): Promise<WireServer> {
    const { address = '127.0.0.1', port = 0, certificate } = options;
    const wire = new WireServer(script, certificate);
    wire.#server.listen({ host: address, port });
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** A URL at this server, by the address or name given. */
  url(host = '127.0.0.1', path = '/hook'): string {
    return `${this.#isSecure ? 'https' : 'http'}://${host}:${this.port}${path}`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #count(socket: Socket): void {
    this.accepted += 1;
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
  }
}
