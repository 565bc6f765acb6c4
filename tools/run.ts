import { spawn } from 'node:child_process';

/** How a command ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Nothing that the tools run takes this long, unless it hangs. */
const TIMEOUT_MS = 180_000;

/** Runs a command to its end, or for three minutes. */
export function run(command: string, args: readonly string[], { cwd, env }: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (status, signal) => {
      resolve({ status, stdout, output: signal === null ? output : `${output}\nended by ${signal}\n` });
    });
  });
}

/** The same for what must succeed: throws with its output. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const { status, stdout, output } = await run(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed\n${output}`);
  return stdout;
}
