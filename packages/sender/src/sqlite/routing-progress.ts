import type { UndoLog } from './undo-log.js';

/** An event that was seen and is not routed yet, as far as routing has to know it. */
export interface SeenEvent {
  readonly seq: number;
  /** Those of one name are routed one after the other. */
  readonly key: string | undefined;
}

interface Seen {
  readonly key: string | undefined;
  leasedUntilMs: number;
  isRouted: boolean;
}

/**
 * Which events are routed and which are in somebody's hands. One process reads them in their order, so a number and
 * the few that are in hand say it all: no event is marked in the database.
 */
export class RoutingProgress {
  readonly #undoLog: UndoLog;
  /** In the order of their numbers. */
  readonly #seen = new Map<number, Seen>();
  /** Up to this number, events were seen. */
  #seenTo: number;

  constructor(routedTo: number, undoLog: UndoLog) {
    this.#seenTo = routedTo;
    this.#undoLog = undoLog;
  }

  get seenTo(): number {
    return this.#seenTo;
  }

  get seenCount(): number {
    return this.#seen.size;
  }

  /** Up to this number, all are routed. */
  get routedTo(): number {
    for (const [seq, { isRouted }] of this.#seen) if (!isRouted) return seq - 1;
    return this.#seenTo;
  }

  /** Of an event that was seen. */
  isRouted(seq: number): boolean {
    return this.#seen.get(seq)?.isRouted ?? true;
  }

  /** The next events were read. */
  see(events: readonly SeenEvent[]): void {
    for (const { seq, key } of events) {
      this.#seen.set(seq, { key, leasedUntilMs: 0, isRouted: false });
      this.#seenTo = seq;
    }
  }

  /** Those that nobody has in hand, the oldest first; of a key, none behind one that somebody has. */
  free(nowMs: number, limit: number): readonly number[] {
    const heldKeys = new Set<string>();
    const found: number[] = [];
    for (const [seq, { key, leasedUntilMs, isRouted }] of this.#seen) {
      if (found.length >= limit) break;
      if (isRouted || (key !== undefined && heldKeys.has(key))) continue;
      if (leasedUntilMs <= nowMs) found.push(seq);
      else if (key !== undefined) heldKeys.add(key);
    }
    return found;
  }

  lease(seqs: readonly number[], untilMs: number): void {
    for (const seq of seqs) {
      const seen = this.#seen.get(seq);
      if (seen !== undefined) seen.leasedUntilMs = untilMs;
    }
  }

  /** They are in nobody's hands any more. */
  giveBack(seqs: readonly number[]): void {
    this.lease(seqs, 0);
  }

  /** When the first of those in hand comes back. */
  leaseEndMs(nowMs: number): number {
    let endMs = Number.POSITIVE_INFINITY;
    for (const { leasedUntilMs, isRouted } of this.#seen.values()) {
      if (!isRouted && leasedUntilMs > nowMs) endMs = Math.min(endMs, leasedUntilMs);
    }
    return endMs;
  }

  /** Part of a transaction. */
  finish(seq: number): void {
    const seen = this.#seen.get(seq);
    if (seen === undefined || seen.isRouted) return;
    seen.isRouted = true;
    this.#undoLog.onUndo(() => {
      seen.isRouted = false;
    });
  }

  /** Forgets those that are routed. Not within a transaction. */
  sweep(): void {
    for (const [seq, { isRouted }] of this.#seen) if (isRouted) this.#seen.delete(seq);
  }
}
