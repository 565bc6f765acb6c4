import { isIPv6, type LookupFunction, connect as openSocket, type Socket } from 'node:net';
import { type SecureContext, connect as startTls } from 'node:tls';
import { connectError } from './failures.js';
import type { Target } from './target.js';

// Long enough for a peer on the other side of the world; what does not answer costs a dual-stack host this much.
const NEXT_ADDRESS_AFTER_MS = 500;

/** A TCP connection to the first of these addresses that answers. The signal ends it at any time. */
export async function openTcp(
  { host, port }: Pick<Target, 'host' | 'port'>,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Socket> {
  const socket = openSocket({
    host,
    port,
    lookup: answering(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    signal,
  });
  await ready(socket, 'connect', 'connect', 'no connection could be made');
  return socket;
}

/** A lookup that knows the answer: what is connected to is what was vetted. */
function answering(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_hostname, _options, callback) => callback(null, found);
}

/** TLS over a connection, with the certificate checked for the target's host. */
export async function openTls(
  socket: Socket,
  { host, literal }: Pick<Target, 'host' | 'literal'>,
  secureContext: SecureContext,
): Promise<Socket> {
  const secured = startTls({
    socket,
    host,
    // An address is not named in the handshake, and a name without the dot that ends it (RFC 6066).
    servername: literal === undefined ? host.replace(/\.$/, '') : undefined,
    secureContext,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  });
  await ready(secured, 'secureConnect', 'tls', 'the TLS handshake failed');
  return secured;
}

/** The listeners stay: an error that comes before the next owner listens must not be left unheard. */
function ready(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  reason: 'connect' | 'tls',
  what: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    socket
      .once(event, resolve)
      .on('error', (error) => reject(connectError(reason, what, error)))
      .once('close', () => reject(connectError(reason, what, undefined)));
  });
}
