import { attemptErrors } from '../errors/sender-notices.js';
import type { Exchange, ExchangeRequest, Transport } from '../ports/transport.js';
import type { Clock } from '../time/clock.js';

/** What a transport may take to end once it is told to. */
const GRACE_MS = 1000;

/**
 * One exchange over somebody's transport. It must not reject, must end with the signal, and must resolve with an
 * exchange; one that does not is a failed attempt, and no more: a delivery neither hangs on it nor ends the process.
 */
export async function boundedExchange(
  transport: Transport,
  request: ExchangeRequest,
  clock: Clock,
): Promise<Exchange> {
  const { signal } = request;
  let onAbort = (): void => {};
  let cancel = (): void => {};
  const late = new Promise<Exchange>((resolve) => {
    onAbort = () => {
      cancel = clock.schedule(() => resolve(broken('the transport did not end with its signal')), GRACE_MS);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return checked(await Promise.race([transport.exchange(request), late]));
  } catch {
    return broken('the transport threw');
  } finally {
    signal.removeEventListener('abort', onAbort);
    cancel();
  }
}

function broken(message: string): Exchange {
  return { kind: 'failure', reason: 'protocol', message };
}

function checked(exchange: Exchange): Exchange {
  if (exchange?.kind === 'response' && isStatus(exchange.status) && exchange.body instanceof Uint8Array) {
    if (isHeaders(exchange.headers)) return exchange;
  }
  if (exchange?.kind === 'failure' && Object.hasOwn(attemptErrors, exchange.reason)) {
    return { ...exchange, message: String(exchange.message) };
  }
  return broken('the transport resolved with what is no exchange');
}

function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 999;
}

function isHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  return Object.values(headers).every((value) => typeof value === 'string');
}
