import { EventEmitter, once } from 'node:events';
import type { OutcomeHook } from '@countersign/core';
import type { Work } from './receivers.js';

/** An event that a handler was given. */
export interface Handled {
  readonly type: string;
  readonly data: unknown;
}

/** How a receiver judged one request. */
export interface Judged {
  readonly status: number;
  readonly code: string;
}

/** Plays the application's database: it books what handlers do, can be away for a moment, and can be slow. */
export class Ledger {
  readonly handled: Handled[] = [];
  /** What the handlers made of their events. */
  readonly summaries: string[] = [];
  readonly judged: Judged[] = [];
  readonly #changes = new EventEmitter();
  #isAway = false;
  #held: Promise<void> | undefined;

  readonly work: Work = async ({ type, data }, summary) => {
    this.handled.push({ type, data });
    this.summaries.push(`${type}: ${summary}`);
    this.#changes.emit('change');
    if (this.#isAway) {
      this.#isAway = false;
      throw new Error('the database is away');
    }
    await this.#held;
  };

  readonly onOutcome: OutcomeHook = (outcome) => {
    if (outcome.kind === 'notice') return;
    this.judged.push({ status: outcome.status, code: outcome.code });
    this.#changes.emit('change');
  };

  /** The next handler fails. */
  failOnce(): void {
    this.#isAway = true;
  }

  /** Handlers wait until the returned function is called. */
  hold(): () => void {
    let release = (): void => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#held = undefined;
      release();
    };
  }

  /** Waits until a condition holds, `timeoutMs` at most: what is missing then shows in what was seen. */
  async until(condition: () => boolean, timeoutMs: number): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    while (!condition() && !signal.aborted) {
      await once(this.#changes, 'change', { signal }).catch(() => {});
    }
  }
}
