import { createSender, type Sender, type SenderOptions } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';

/** What a scenario is given. */
export interface Place {
  /** A folder for files. */
  readonly directory: string;
  readonly urls: readonly string[];
  readonly silentUrls: readonly string[];
  /** How much of it. */
  readonly size: number;
}

/** What a scenario has measured, by name. */
export type Figures = Readonly<Record<string, number>>;

/** A sender that may post to loopback. */
export function openSender(
  path: string,
  options: Omit<SenderOptions<Record<string, unknown>, never>, 'store'> = {},
): Sender {
  return createSender({
    store: sqliteStore({ path }),
    allowHttp: true,
    allowPrivateNetworks: true,
    onEvent: () => {},
    ...options,
  });
}

/** Calls back with the id of each event that was delivered; `undefined` from then on ends it. */
export function onDelivered(sender: Sender, hook: (eventId: string, endpointId: string) => void): () => void {
  return sender.observe((outcome) => {
    if (outcome.kind === 'attempt' && outcome.outcome === 'delivered')
      hook(outcome.eventId, outcome.endpointId);
  });
}

/** Resolves when so many were delivered. */
export function delivered(sender: Sender, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    const stop = onDelivered(sender, () => {
      left -= 1;
      if (left > 0) return;
      stop();
      resolve();
    });
  });
}

/** MiB of resident memory, after garbage collection. */
export function settledRssMiB(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}
