import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { connectError, type Stage, TransportError } from './failures.js';
import type { SharedResolutions } from './shared-resolutions.js';
import { openTcp, openTls } from './sockets.js';
import type { Target } from './target.js';

/** The exchange that a connection is made for. */
export interface Caller {
  stage: Stage;
  allows(address: string): boolean;
}

/** A connection that was made. */
export interface Link {
  readonly socket: Socket;
  /** The address that every later exchange over it must be allowed to connect to; none where a proxy decides. */
  readonly peer: string | undefined;
}

/** Makes a connection to a target. Rejects with a `TransportError`; the signal ends it, and the connection later on. */
export type Dial = (target: Target, caller: Caller, signal: AbortSignal) => Promise<Link>;

/** What connections are made with. */
export interface DialTools {
  readonly resolutions: SharedResolutions;
  /** Made when it is first needed: reading all authorities takes a while. */
  readonly secureContext: () => SecureContext;
}

/** Connects to those of a target's addresses alone that the caller allows, asked for now. */
export function directDial({ resolutions, secureContext }: DialTools): Dial {
  return async (target, caller, signal) => {
    caller.stage = 'name';
    const addresses = vetted(target, await addressesOf(target, resolutions, signal), caller);
    signal.throwIfAborted();
    caller.stage = 'connect';
    const socket = await openTcp(target, addresses, signal);
    const peer = checkedPeer(target, socket, caller);
    if (!target.isSecure) return { socket, peer };
    caller.stage = 'tls';
    return { socket: await openTls(socket, target, secureContext()), peer };
  };
}

/** The addresses of a host. Rejects with a `TransportError` where there is none. */
export async function addressesOf(
  { host, literal }: Pick<Target, 'host' | 'literal'>,
  resolutions: SharedResolutions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (literal !== undefined) return [literal];
  const what = `\`${host}\` could not be resolved`;
  let addresses: readonly string[];
  try {
    addresses = await resolutions.addressesOf(host, signal);
  } catch (error) {
    throw connectError('dns', what, error);
  }
  if (addresses.length === 0) throw connectError('dns', what, undefined);
  return addresses;
}

function vetted(target: Target, addresses: readonly string[], caller: Caller): readonly string[] {
  const allowed = addresses.filter((address) => caller.allows(address));
  if (allowed.length === 0) throw blocked(target);
  return allowed;
}

/** What a lookup and the platform made of the vetted addresses is trusted once more: nothing was sent yet. */
function checkedPeer(target: Target, socket: Socket, caller: Caller): string {
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined && caller.allows(remoteAddress)) return remoteAddress;
  socket.destroy();
  throw remoteAddress === undefined
    ? connectError('connect', 'the connection was closed at once', undefined)
    : blocked(target);
}

/** Never which address a name has: it may be one of an internal network, and a tenant reads this. */
export function blocked({ host, literal }: Pick<Target, 'host' | 'literal'>): TransportError {
  const what =
    literal === undefined ? `no allowed address belongs to \`${host}\`` : `\`${host}\` is not allowed`;
  return new TransportError('blocked_address', what);
}
