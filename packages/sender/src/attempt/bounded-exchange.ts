import { attemptErrors } from '../errors/sender-notices.js';
import type { Exchange, ExchangeRequest, Transport } from '../ports/transport.js';
import type { Clock } from '../time/clock.js';

/** What a transport may take to end once it is told to. */
const GRACE_MS = 1000;
const LONGEST_MESSAGE = 1000;

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
    signal.addEventListener('abort', onAbort, { once: true });
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
  if (exchange?.kind === 'response') {
    const { status, headers, body } = exchange;
    const isStatus = Number.isInteger(status) && status >= 100 && status <= 999;
    if (isStatus && typeof headers === 'object' && headers !== null && body instanceof Uint8Array)
      return exchange;
  }
  if (exchange?.kind === 'failure' && Object.hasOwn(attemptErrors, exchange.reason)) {
    return { ...exchange, message: String(exchange.message).slice(0, LONGEST_MESSAGE) };
  }
  return broken('the transport resolved with what is no exchange');
}
