import cliProgress from 'cli-progress';
import type { MoveProgress } from './move-record.js';

/** What shows how far it has come. */
export interface ProgressView {
  show(progress: MoveProgress): void;
  /** Nothing more comes. */
  end(): void;
}

/** Where lines go, and whether somebody looks. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** A bar on a terminal, lines elsewhere. */
export function progressOn(output: NodeJS.WriteStream): ProgressView {
  return output.isTTY ? bar(output) : lines(output);
}

function bar(output: NodeJS.WriteStream): ProgressView {
  const format = '{bar} {percentage} %  {value} of {total} rows, {table}, {eta_formatted} left';
  const shown = new cliProgress.SingleBar(
    { format, stream: output, hideCursor: true, gracefulExit: false, stopOnComplete: false },
    cliProgress.Presets.shades_classic,
  );
  let isShown = false;
  return {
    show({ table, rows, totalRows }) {
      // Where it goes on, what was copied before says nothing of how fast it goes now.
      if (!isShown) shown.start(totalRows, rows, { table });
      isShown = true;
      shown.update(rows, { table });
    },
    end() {
      if (isShown) shown.stop();
    },
  };
}

/** One for each table, and one for each tenth of all. */
export function lines(output: Output): ProgressView {
  let last = '';
  return {
    show({ table, rows, totalRows }) {
      const percent = Math.floor((100 * rows) / Math.max(totalRows, 1));
      const part = `${table} ${Math.floor(percent / 10)}`;
      if (part !== last) output.write(`${percent} %: ${rows} of ${totalRows} rows, ${table}\n`);
      last = part;
    },
    end() {},
  };
}
