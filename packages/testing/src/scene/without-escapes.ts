import assert from 'node:assert/strict';
import { withPatience } from './in-time.js';

/** Runs a rule of a contract; rejects also where it leaves an unhandled rejection or an uncaught exception behind. */
export async function withoutEscapes(
  name: string,
  patienceMs: number | undefined,
  run: () => Promise<void>,
): Promise<void> {
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  process.on('unhandledRejection', onEscaped).on('uncaughtException', onEscaped);
  try {
    await withPatience(patienceMs, run);
    // Node reports a rejection in the turn after the one that left it unhandled.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', onEscaped).off('uncaughtException', onEscaped);
  }
  assert.deepEqual(escaped, [], `\`${name}\` left an unhandled rejection or exception behind`);
}
