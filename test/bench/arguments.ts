import { parseArgs } from 'node:util';

/** The suites, in the order in which they run. */
export const SUITE_NAMES = ['verify', 'adapters', 'memory', 'sender', 'engines'] as const;

export type SuiteName = (typeof SUITE_NAMES)[number];

/** What to run, and how thoroughly. */
export interface BenchArguments {
  readonly names: readonly SuiteName[];
  readonly isQuick: boolean;
  readonly writes: boolean;
}

/** Reads the command line; throws for what it does not know. */
export function benchArguments(args: readonly string[]): BenchArguments {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !SUITE_NAMES.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}: ${SUITE_NAMES.join(', ')}`);
  if (values.write && (values.quick || positionals.length > 0)) {
    throw new Error('--write takes a full run of all suites: the page is of one run on one machine');
  }
  const names =
    positionals.length === 0 ? SUITE_NAMES : SUITE_NAMES.filter((name) => positionals.includes(name));
  return { names, isQuick: values.quick, writes: values.write };
}
