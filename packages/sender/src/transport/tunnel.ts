import type { Socket } from 'node:net';
import { Client } from 'undici';
import { addressesOf, blocked, type Dial, type DialTools } from './dial.js';
import { connectError, TransportError } from './failures.js';
import type { ProxySettings } from './proxy.js';
import { openTcp, openTls } from './sockets.js';
import type { Target } from './target.js';

/**
 * Connects through a proxy, by CONNECT for every target. It is the proxy that resolves names and decides which
 * addresses they may have; of a target that is an address itself the caller is asked here.
 */
export function tunnelDial(proxy: ProxySettings, { resolutions, secureContext }: DialTools): Dial {
  return async (target, caller, signal) => {
    if (target.literal !== undefined && !caller.allows(target.literal)) throw blocked(target);
    caller.stage = 'tunnel';
    const addresses = await addressesOf(proxy.target, resolutions, signal);
    signal.throwIfAborted();
    const socket = await openTcp(proxy.target, addresses, signal);
    const link = proxy.target.isSecure ? await openTls(socket, proxy.target, secureContext()) : socket;
    const tunnel = await openTunnel(link, proxy, target, signal);
    const peer = target.literal;
    if (!target.isSecure) return { socket: tunnel, peer };
    caller.stage = 'tls';
    return { socket: await openTls(tunnel, target, secureContext()), peer };
  };
}

/** Asks the proxy for a way to the target; what it gives is the link itself. */
async function openTunnel(
  link: Socket,
  proxy: ProxySettings,
  target: Target,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const client = new Client(proxy.target.origin, {
    // Not within the call, which the client would not hear.
    connect: (_options, callback) => queueMicrotask(() => callback(null, link)),
    headersTimeout: 0,
  });
  const headers: Record<string, string> = { host: authority };
  if (proxy.authorization !== undefined) headers['proxy-authorization'] = proxy.authorization;
  const status = await statusOf(client.connect({ path: authority, headers, signal }));
  if (status >= 200 && status < 300) return link;
  link.destroy();
  throw new TransportError('connect', `the proxy refused the connection (status ${status})`);
}

async function statusOf(answer: Promise<{ readonly statusCode: number }>): Promise<number> {
  try {
    return (await answer).statusCode;
  } catch (error) {
    throw connectError('connect', 'the proxy made no connection', error);
  }
}
