import { createReceiver, type Receiver } from '@countersign/core';

/** A secret, or a function that reads it late. */
type Secret = string | (() => string | undefined);

/** Everything by default, the replay store too. */
export function withHandler(secret: Secret): Receiver {
  return createReceiver({ secrets: secret }).on('invoice.paid', () => {});
}

/** Everything by default, but no replay is refused: as little as those by hand do. */
export function withoutReplay(secret: Secret): Receiver {
  return createReceiver({ secrets: secret, replay: false }).on('invoice.paid', () => {});
}

/** For the application's own handler behind a guard. */
export function forGuard(secret: Secret): Receiver {
  return createReceiver({ secrets: secret });
}
