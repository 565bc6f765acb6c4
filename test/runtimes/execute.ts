import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The runtimes, from npm. */
export const binary = (name: 'bun' | 'deno' | 'workerd'): string =>
  fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** How a program ended. */
export interface Executed {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end, in a folder that it may write to. */
export async function execute(command: string, args: readonly string[], folder: string): Promise<Executed> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, DENO_DIR: `${folder}/deno`, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  const [output, errors, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, output, errors };
}
