import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder by the first process that asks for it; the others wait until it is complete. One that was
 * left incomplete is made anew.
 */
export async function once(directory: string, make: () => Promise<void>): Promise<void> {
  const complete = `${directory}.complete`;
  const lock = `${directory}.lock`;
  mkdirSync(dirname(directory), { recursive: true });
  while (!existsSync(complete)) {
    if (!take(lock)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    try {
      if (existsSync(complete)) return;
      rmSync(directory, { recursive: true, force: true });
      await make();
      writeFileSync(complete, '');
    } finally {
      rmSync(lock);
    }
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    return false;
  }
}

/** Whether the process that took it was ended before it could give it back. */
function isAbandoned(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    // It is empty for a moment.
    if (owner > 0) process.kill(owner, 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
