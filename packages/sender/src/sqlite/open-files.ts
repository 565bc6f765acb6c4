import { existsSync, statSync } from 'node:fs';
import { fileError } from './store-errors.js';

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * The files of an open database: its own, and the log in which what was written last stands. A process can write to a
 * file that was deleted or replaced, and nothing tells it so: what it acknowledges then is gone when it ends.
 */
export class OpenFiles {
  readonly #path: string;
  readonly #logPath: string;
  readonly #opened: Identity | undefined;

  /** Of a database that has just been opened. */
  constructor(path: string) {
    this.#path = path;
    this.#logPath = `${path}-wal`;
    this.#opened = identityOf(path);
  }

  /** Throws where a path leads to another file by now, or to none. */
  check(): void {
    const now = identityOf(this.#path);
    if (now === undefined || now.ino !== this.#opened?.ino || now.dev !== this.#opened.dev)
      throw this.#lost(this.#path);
    // Whether it is the same one is not asked: whoever asks for the times of a file that is being written makes Linux
    // note the time of each write, which takes longer than all the rest of a commit.
    if (!existsSync(this.#logPath)) throw this.#lost(this.#logPath);
  }

  #lost(file: string): Error {
    const problem = `can take nothing: ${file} was deleted, moved or replaced, and is no longer the file that was opened`;
    return fileError('store_unavailable', this.#path, problem);
  }
}

function identityOf(path: string): Identity | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
