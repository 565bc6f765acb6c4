import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { secret } from '../receiver/harness.js';
import { databaseUrl } from '../services/services.js';

/** A process of program.ts. */
export interface RunningProgram {
  /** Until it has printed a line that matches; what the pattern's group has found. */
  printed(pattern: RegExp): Promise<string>;
  lines(): readonly string[];
  signal(name: NodeJS.Signals): void;
  /** Ends it at once, and waits until it has ended. */
  kill(): Promise<void>;
}

/** Starts a process, with its inbox in a schema or a file, that is killed when the test ends. */
export function startProgram(place: string, runs: string): RunningProgram {
  const child = spawn(
    process.execPath,
    ['--conditions=@countersign/source', '--import', 'tsx', join(import.meta.dirname, 'program.ts')],
    {
      cwd: join(import.meta.dirname, '..'),
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DATABASE_URL: databaseUrl,
        PLACE: place,
        WEBHOOK_SECRET: secret,
        RUNS: runs,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const closed = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  onTestFinished(kill);
  return {
    kill,
    signal: (name) => void child.kill(name),
    lines: () => output.split('\n').slice(0, -1),
    async printed(pattern) {
      await expect.poll(() => output).toMatch(pattern);
      return pattern.exec(output)?.[1] ?? '';
    },
  };
}
