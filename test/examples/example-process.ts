import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
/** Longer than an example takes to start or to stop on a busy machine: what takes longer hangs. */
const PATIENCE_MS = 60_000;

/** How an example's process ended, and all that it printed. */
export interface EndedExample {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An example that listens. */
export interface RunningExample {
  /** `http://127.0.0.1:` and the port that it printed. */
  readonly origin: string;
  /** What it has printed so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Until its standard output matches; rejects where the process ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Sends SIGTERM, and waits for the end. */
  stop(): Promise<EndedExample>;
}

/** Where an example is not a TypeScript file that Node runs. */
export interface ExampleCommand {
  /** What Node runs instead, for example `['node_modules/next/dist/bin/next', 'start']`. */
  readonly args?: readonly string[] | undefined;
  /** Default: the root of the repository. */
  readonly cwd?: string | undefined;
}

/**
 * Starts an example as a process of its own, from the sources of the packages, and waits until it has printed
 * where it listens: `port 3000`, or a URL. `PORT` is 0, for a free one, unless `env` has another.
 *
 * @example
 * const { origin, stop } = await startExample('examples/fastify/server.ts', { WEBHOOK_SECRET: secret });
 * onTestFinished(async () => void (await stop()));
 */
export async function startExample(
  path: string,
  env: Readonly<Record<string, string>> = {},
  { args = ['--conditions=@countersign/source', '--import', 'tsx', path], cwd = root }: ExampleCommand = {},
): Promise<RunningExample> {
  const { FORCE_COLOR: _, NO_COLOR: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const look of [...waiting]) look();
    });
  }
  const ended = new Promise<EndedExample>((done, fail) => {
    child.once('error', fail);
    child.once('close', (exitCode, signal) => {
      process.off('exit', kill);
      done({ exitCode, signal, ...output });
    });
  });

  const printed = (pattern: RegExp): Promise<RegExpMatchArray> =>
    inTime(
      `${path} to print ${pattern}`,
      output,
      new Promise((found, fail) => {
        const look = (): void => {
          const match = output.stdout.match(pattern);
          if (match === null) return;
          waiting.delete(look);
          found(match);
        };
        waiting.add(look);
        look();
        ended.then(({ exitCode, stderr }) => {
          fail(new Error(`${path} ended with ${exitCode} before it printed ${pattern}:\n${stderr}`));
        }, fail);
      }),
    );

  try {
    const [, port] = await printed(/(?:https?:\/\/[^\s/"']+:|\bport )(\d+)(?=\D)/);
    return {
      origin: `http://127.0.0.1:${port}`,
      output: () => ({ ...output }),
      printed,
      stop: () => {
        child.kill('SIGTERM');
        return inTime(`the end of ${path}`, output, ended);
      },
    };
  } catch (error) {
    kill();
    throw error;
  }
}

async function inTime<T>(
  what: string,
  output: { readonly stdout: string; readonly stderr: string },
  promise: Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = (): void =>
      reject(
        new Error(`waited ${PATIENCE_MS} ms for ${what}; it printed:\n${output.stdout}${output.stderr}`),
      );
    timer = setTimeout(fail, PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
