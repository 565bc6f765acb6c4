import { spawn } from 'node:child_process';

/** Runs a script of Node to its end; rejects with all that it printed where it fails. */
export async function run(args: readonly string[], cwd: string): Promise<void> {
  // `next build` sets the mode itself, and has no secrets.
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  for (const name of ['NODE_ENV', 'NODE_OPTIONS', 'WEBHOOK_SECRET']) Reflect.deleteProperty(env, name);
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const exitCode = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  process.off('exit', kill);
  if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}:\n${printed}`);
}
