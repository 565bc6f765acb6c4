import { type RunOptions, run } from '../run.js';

/** Runs one check and says how it ended; a failed one shows its output and fails the run. */
export async function check(
  what: string,
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<void> {
  const { status, output } = await run(command, args, options);
  if (status === 0) passed(what);
  else failed(what, output);
}

export function passed(what: string): void {
  console.log(`ok      ${what}`);
}

export function failed(what: string, why: string): void {
  console.error(`failed  ${what}\n${why}`);
  process.exitCode = 1;
}
