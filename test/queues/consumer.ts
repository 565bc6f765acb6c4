import type { DeliveryQueue, Wake } from '@countersign/sender';
import { onTestFinished } from 'vitest';

export const lane = (id: string, delayMs = 0): Wake => ({ kind: 'lane', id, delayMs });
export const route: Wake = { kind: 'route', id: '', delayMs: 0 };

/** Somebody who consumes until the test ends. */
export interface Consumer {
  /** Who was woken, in that order. */
  readonly woken: readonly string[];
  /** When each was, by the wall clock. */
  readonly atMs: ReadonlyMap<string, number>;
  readonly running: number;
  /** What consuming has rejected with. */
  readonly failure: unknown;
  readonly hasEnded: boolean;
  /** Ends the calls that run, and lets none last any more. */
  letGo(): void;
  abort(): void;
}

/** Calls last until they are let go, where `lasting` says so. */
export function consume(
  queue: DeliveryQueue<never>,
  { concurrency = 10, lasting = false }: { readonly concurrency?: number; readonly lasting?: boolean } = {},
): Consumer {
  const abort = new AbortController();
  const woken: string[] = [];
  const atMs = new Map<string, number>();
  let ends: (() => void)[] = [];
  let isLasting = lasting;
  let running = 0;
  let failure: unknown;
  let hasEnded = false;
  const onWake = async ({ kind, id }: Wake): Promise<void> => {
    const name = kind === 'route' ? kind : id;
    woken.push(name);
    atMs.set(name, Date.now());
    running += 1;
    if (isLasting) await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  };
  const ended = queue
    .consume(onWake, { concurrency, signal: abort.signal })
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      hasEnded = true;
    });
  const letGo = (): void => {
    isLasting = false;
    for (const end of ends) end();
    ends = [];
  };
  onTestFinished(async () => {
    abort.abort();
    letGo();
    await ended;
  });
  return {
    woken,
    atMs,
    get running() {
      return running;
    },
    get failure() {
      return failure;
    },
    get hasEnded() {
      return hasEnded;
    },
    letGo,
    abort: () => abort.abort(),
  };
}
