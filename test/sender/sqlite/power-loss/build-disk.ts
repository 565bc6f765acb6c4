import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Compiles `disk.c` into a folder; the variables that put it between a process and the files of another folder. Throws
 * where that cannot be done: these tests are not left out.
 */
export function buildDisk(folder: string): Readonly<Record<'LD_PRELOAD', string>> {
  if (process.platform !== 'linux')
    throw new Error('a loss of power is played with LD_PRELOAD, on Linux alone');
  const library = join(folder, 'disk.so');
  const args = [
    '-shared',
    '-fPIC',
    '-O1',
    '-Wall',
    '-o',
    library,
    join(import.meta.dirname, 'disk.c'),
    '-ldl',
  ];
  const failures: string[] = [];
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const { status, stderr, error } = spawnSync(compiler, args, { encoding: 'utf8' });
    if (status === 0) return { LD_PRELOAD: library };
    failures.push(`${compiler}: ${error?.message ?? stderr}`);
  }
  throw new Error(`a C compiler is needed to play a loss of power:\n${failures.join('\n')}`);
}
