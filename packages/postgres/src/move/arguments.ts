import { parseArgs } from 'node:util';

/** What the command is asked for. */
export type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string }
  | {
      readonly kind: 'move';
      readonly from: string;
      readonly to: string;
      readonly schema: string | undefined;
      readonly startOver: boolean;
    };

export const HELP = `countersign-postgres move: moves the record of a sender from its SQLite file into PostgreSQL

  npx countersign-postgres move --from webhooks.db [--to <url>] [--schema <name>] [--start-over]

  --from <file>    the file of sqliteStore; no sender may have it open. It is only read
  --to <url>       postgres://user@host/database. Default: the variable DATABASE_URL, which no list of processes shows
  --schema <name>  the schema of postgresStore, made where there is none. Default: countersign
  --start-over     forgets what an unfinished move has copied, and begins again
  --help           this text

Cut off anywhere, run it again: it goes on where it stopped. At the end it counts the rows on both sides.
Ends with 0 when all is moved, 1 when it is not, 2 when it was asked wrongly, 130 when it was interrupted.
`;

const options = {
  from: { type: 'string' },
  to: { type: 'string' },
  schema: { type: 'string' },
  'start-over': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads a command line. What is wrong is told without the values: a URL has a password in it. */
export function asked(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    if (values.help) return { kind: 'help' };
    const [command, ...others] = positionals;
    if (command !== 'move' || others.length > 0)
      return wrong('the only command is `move`, and all else are options');
    const { from, to = env['DATABASE_URL'], schema, 'start-over': startOver } = values;
    if (from === undefined || from === '') return wrong('`--from` must be the file of a sqliteStore');
    if (to === undefined || !isPostgresUrl(to))
      return wrong(
        '`--to`, or the variable DATABASE_URL, must be a URL such as postgres://user@host/database',
      );
    return { kind: 'move', from, to, schema, startOver };
  } catch (error) {
    return wrong(reasonOf(error));
  }
}

function wrong(problem: string): Asked {
  return { kind: 'wrong', problem };
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}

/** The parser quotes what it was given. */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
    return 'there are no other options than --from, --to, --schema, --start-over and --help';
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE')
    return '--from, --to and --schema need a value each, --start-over and --help take none';
  throw error;
}
