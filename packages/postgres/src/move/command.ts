import { ConfigurationError } from '@countersign/core';
import { isSenderError } from '@countersign/sender';
import { type Asked, asked, HELP } from './arguments.js';
import { connect, NoDriverError, type OwnPool } from './connect.js';
import { isMoveError, type MoveResult, moveRecord } from './move-record.js';
import type { Output, ProgressView } from './show-progress.js';

/** What the command has around it. */
export interface Surroundings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly errors: Output;
  readonly view: ProgressView;
  /** Interrupts it between two steps. */
  readonly signal: AbortSignal;
}

const [DONE, FAILED, ASKED_WRONGLY, INTERRUPTED] = [0, 1, 2, 130];

/** Does what a command line asks for; the exit code. Nothing that it prints has a part of the URL in it. */
export async function run(surroundings: Surroundings): Promise<number> {
  const { args, env, out, errors } = surroundings;
  const wanted = asked(args, env);
  if (wanted.kind === 'help') {
    out.write(HELP);
    return DONE;
  }
  if (wanted.kind === 'wrong') {
    errors.write(`${wanted.problem}\n\n${HELP}`);
    return ASKED_WRONGLY;
  }
  return runMove(wanted, surroundings);
}

type AskedMove = Extract<Asked, { readonly kind: 'move' }>;

async function runMove(wanted: AskedMove, { out, errors, view, signal }: Surroundings): Promise<number> {
  let pool: OwnPool | undefined;
  try {
    pool = await connect(wanted.to);
    const { from, schema, startOver } = wanted;
    const onProgress = (progress: Parameters<ProgressView['show']>[0]): void => view.show(progress);
    const result = await moveRecord({ from, client: pool, schema, startOver, onProgress, signal });
    view.end();
    out.write(summaryOf(result, wanted));
    return DONE;
  } catch (error) {
    view.end();
    errors.write(`${signal.aborted ? 'interrupted: run it again, and it goes on here' : problemOf(error)}\n`);
    return signal.aborted ? INTERRUPTED : FAILED;
  } finally {
    await pool?.end();
  }
}

function summaryOf({ outcome, rows }: MoveResult, { from, schema = 'countersign' }: AskedMove): string {
  const counted = Object.entries(rows)
    .map(([table, count]) => `  ${table}: ${count}\n`)
    .join('');
  return outcome === 'moved'
    ? `all is moved, and counted on both sides:\n${counted}Start senders on the schema ${schema}. ${from} was not changed: keep it until you are sure.\n`
    : `all was moved before, nothing was written:\n${counted}`;
}

/** In words of this package's own: drivers may quote the URL that they were given. */
function problemOf(error: unknown): string {
  const isOwn =
    isMoveError(error) ||
    isSenderError(error) ||
    error instanceof ConfigurationError ||
    error instanceof NoDriverError;
  const message = isOwn ? error.message : 'something unexpected has happened';
  const code = isSenderError(error) || !isOwn ? innermostCode(error) : undefined;
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** What a system or a server calls it: `ECONNREFUSED`, `28P01`. */
function innermostCode(error: unknown): string | undefined {
  let found: string | undefined;
  for (let inner = error, depth = 0; typeof inner === 'object' && inner !== null && depth < 5; depth += 1) {
    if ('code' in inner && typeof inner.code === 'string' && /^[A-Z0-9_]{3,40}$/.test(inner.code))
      found = inner.code;
    inner = 'cause' in inner ? inner.cause : undefined;
  }
  return found;
}
