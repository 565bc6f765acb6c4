import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

/** A program of this folder that runs as a process of its own. */
export interface ChildProgram {
  readonly pid: number;
  /** What it has printed so far, line by line; the last line may be half of one. */
  lines(): readonly string[];
  /** Until it has printed so many lines; rejects where it ends before. */
  printed(count: number): Promise<readonly string[]>;
  /** Sends SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Until it has ended by itself; rejects where it failed. */
  ended(): Promise<readonly string[]>;
}

/** Starts a program from the sources of the packages. */
export async function startProgram(
  entry: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProgram> {
  const program = join(temporaryFolder(), `${basename(entry, '.ts')}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@countersign/source', 'node'],
  });
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return watch(child, entry);
}

function watch(child: ChildProcessByStdio<null, Readable, Readable>, entry: string): ChildProgram {
  let [out, errors, onOutput] = ['', '', (): void => {}];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    onOutput();
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = (): readonly string[] => out.split('\n').filter((line) => line !== '');
  return {
    pid: child.pid ?? 0,
    lines,
    printed: (count) =>
      new Promise((resolve, reject) => {
        onOutput = () => {
          if (out.split('\n').length > count) resolve(lines());
        };
        onOutput();
        void closed.then(() => reject(new Error(`${entry} has ended:\n${out}${errors}`)));
      }),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
    async ended() {
      const exitCode = await closed;
      if (exitCode !== 0) throw new Error(`${entry} has failed with ${exitCode}:\n${out}${errors}`);
      return lines();
    },
  };
}
