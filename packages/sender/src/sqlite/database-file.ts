import { chmodSync, closeSync, fchmodSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { fileError, storeError, systemCodeOf } from './store-errors.js';

const OWNER_ONLY = 0o600;
const COMPANIONS = ['', '-wal', '-shm', '-journal', '-lock'];

/**
 * Makes the file, where there is none, for its owner alone; refuses what is no plain file. It is never opened here
 * once a database uses it: to close it again would end the locks of this process.
 */
export function prepareFile(path: string): void {
  const stats = statsOf(path) ?? create(path);
  if (stats === undefined || stats.isFile()) return;
  const kind = stats.isSymbolicLink() ? 'a symbolic link: give the path that it leads to' : 'not a file';
  throw fileError('store_foreign', path, `is ${kind}`);
}

/** Takes rights from everybody but the owner. SQLite gives new companions the rights of the database. */
export function restrictFile(path: string): void {
  // Windows has no such modes: the folder's access list decides.
  if (process.platform === 'win32') return;
  for (const companion of COMPANIONS) {
    const stats = statsOf(`${path}${companion}`);
    if (stats === undefined || (stats.mode & 0o777) === OWNER_ONLY) continue;
    try {
      chmodSync(`${path}${companion}`, OWNER_ONLY);
    } catch (cause) {
      throw fileError('store_unavailable', path, 'cannot be made readable for its owner alone', cause);
    }
  }
}

/** The process that has locked the file, where the system tells. */
export function lockHolder(path: string): number | undefined {
  try {
    const { ino } = lstatSync(path);
    const lock = new RegExp(`^\\d+: \\S+ +\\S+ +WRITE +([1-9]\\d*) +\\w+:\\w+:${ino} `, 'm');
    const [, pid] = lock.exec(readFileSync('/proc/locks', 'latin1')) ?? [];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw storeError(cause, path);
  }
}

/** Whatever the umask says. Nothing where somebody else was faster. */
function create(path: string): undefined {
  try {
    const file = openSync(path, 'wx', OWNER_ONLY);
    try {
      fchmodSync(file, OWNER_ONLY);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code === 'EEXIST') return;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw fileError(
        'store_unavailable',
        path,
        `cannot be made: there is no folder ${dirname(path)}`,
        cause,
      );
    }
    throw storeError(cause, path);
  }
}
