import { statSync } from 'node:fs';
import { fileError } from './store-errors.js';

/** The database, and the log in which what was written last stands. */
const FILES = ['', '-wal'];

interface Identity {
  readonly file: string;
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * The files of an open database. A process can write to a file that was deleted or replaced, and nothing tells it so:
 * what it acknowledges then is gone when it ends.
 */
export class OpenFiles {
  readonly #path: string;
  readonly #opened: readonly Identity[];

  /** Of a database that has just been opened. */
  constructor(path: string) {
    this.#path = path;
    this.#opened = FILES.flatMap((companion) => identityOf(`${path}${companion}`) ?? []);
  }

  /** Throws where a path leads to another file by now, or to none. */
  check(): void {
    for (const { file, dev, ino } of this.#opened) {
      const now = identityOf(file);
      if (now?.ino === ino && now.dev === dev) continue;
      const problem = `can take nothing: ${file} was deleted, moved or replaced, and is no longer the file that was opened`;
      throw fileError('store_unavailable', this.#path, problem);
    }
  }
}

function identityOf(file: string): Identity | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : { file, dev: stats.dev, ino: stats.ino };
}
