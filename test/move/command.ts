import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { databaseUrl } from '../services/services.js';

const root = resolve(import.meta.dirname, '../..');
const BIN = 'packages/postgres/src/move/bin.ts';

/** How the command ended, and what it printed. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command, as a process of its own. */
export interface RunningCommand {
  /** Until it has told so many times how far it has come, or has ended. */
  told(count: number): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Starts `countersign-postgres` from the sources; `DATABASE_URL` is the tests' database unless `env` has another. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(
    process.execPath,
    ['--conditions=@countersign/source', '--import', 'tsx', BIN, ...args],
    {
      cwd: root,
      env: { ...process.env, DATABASE_URL: databaseUrl, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return watch(child);
}

/** The same, to its end. */
export function runCommand(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  return startCommand(args, env).ended;
}

function watch(child: ChildProcessByStdio<null, Readable, Readable>): RunningCommand {
  let [stdout, stderr, onOutput] = ['', '', (): void => {}];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onOutput();
  });
  const ended = new Promise<Ended>((done, fail) => {
    child.once('error', fail);
    child.once('close', (exitCode) => done({ exitCode, stdout, stderr }));
  });
  return {
    ended,
    signal: (name) => void child.kill(name),
    told: (count) =>
      new Promise((done) => {
        onOutput = () => {
          if (stderr.split(' rows, ').length > count) done();
        };
        onOutput();
        void ended.then(() => done());
      }),
  };
}
