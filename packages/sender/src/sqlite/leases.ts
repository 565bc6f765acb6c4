import { randomUUID } from 'node:crypto';
import type { UndoLog } from './undo-log.js';

/** Somebody's right to a lane. */
export interface Lease {
  /** The lane's number. */
  readonly lane: number;
  readonly token: string;
  readonly untilMs: number;
}

/**
 * Who holds which lane. One process has the file, so this lives in its memory: nothing is written to take a lane, and
 * after a crash all are free at once.
 */
export class Leases {
  readonly #undoLog: UndoLog;
  readonly #opened = randomUUID();
  readonly #byEndpoint = new Map<string, Lease>();
  #count = 0;

  constructor(undoLog: UndoLog) {
    this.#undoLog = undoLog;
  }

  get size(): number {
    return this.#byEndpoint.size;
  }

  get endpointIds(): readonly string[] {
    return [...this.#byEndpoint.keys()];
  }

  /** Gives a lane to somebody; its token. */
  take(endpointId: string, lane: number, untilMs: number): string {
    this.#count += 1;
    const token = `${this.#opened}.${this.#count}`;
    this.#byEndpoint.set(endpointId, { lane, token, untilMs });
    return token;
  }

  /** The owner's lease, also one that has run out, as long as nobody else has taken the lane. */
  owned(endpointId: string, token: string): Lease | undefined {
    const lease = this.#byEndpoint.get(endpointId);
    return lease?.token === token ? lease : undefined;
  }

  extend(endpointId: string, lease: Lease, untilMs: number): void {
    this.#byEndpoint.set(endpointId, { ...lease, untilMs });
  }

  /** Part of a transaction. */
  release(endpointId: string, lease: Lease): void {
    this.#byEndpoint.delete(endpointId);
    this.#undoLog.onUndo(() => this.#byEndpoint.set(endpointId, lease));
  }

  /** When a lane's lease ends, or has ended; 0 where nobody has it. */
  untilMs(endpointId: string): number {
    return this.#byEndpoint.get(endpointId)?.untilMs ?? 0;
  }
}
