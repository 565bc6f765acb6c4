import { styleText } from 'node:util';
import { cases } from './cases.js';
import type { Result } from './run.js';

/**
 * The closing table: a row for each system, a column for each case, in blocks that fit the width. A cell says
 * what happened on every framework alike, or on which ones something else did.
 */
export function table(results: readonly Result[], width: number): string {
  const systems = [...new Set(results.map(({ system }) => system))];
  const columns = cases.map(({ name }) => [
    name,
    ...systems.map((system) =>
      cell(results.filter((result) => result.system === system && result.name === name)),
    ),
  ]);
  return columnsTable(['system', ...systems], columns, width);
}

/** Columns of texts, each with its head first, in blocks that fit the width and begin with the first column. */
export function columnsTable(
  first: readonly string[],
  columns: readonly (readonly string[])[],
  width: number,
): string {
  return blocksOf(padded(first), columns.map(padded), width).join('\n\n');
}

function cell(results: readonly Result[]): string {
  const differing = results.filter(({ differences }) => differences.length > 0);
  if (differing.length === 0) return results[0]?.verdict ?? '-';
  return `DIFFERS on ${differing.map(({ framework }) => framework).join(', ')}`;
}

function blocksOf(
  first: readonly string[],
  columns: readonly (readonly string[])[],
  width: number,
): string[] {
  const blocks: string[] = [];
  let lines = first;
  for (const column of columns) {
    const longer = lines.map((line, row) => `${line}  ${column[row]}`);
    if ((longer[0] ?? '').length <= width || lines === first) {
      lines = longer;
    } else {
      blocks.push(lines.join('\n'));
      lines = first.map((line, row) => `${line}  ${column[row]}`);
    }
  }
  return [...blocks, lines.join('\n')].map(ruled);
}

function padded(column: readonly string[]): string[] {
  const width = Math.max(...column.map((cell) => cell.length));
  return column.map((cell) => cell.padEnd(width));
}

function ruled(block: string): string {
  const [head = '', ...rows] = block.split('\n').map((line) => line.trimEnd());
  const rule = '-'.repeat(Math.max(...[head, ...rows].map((line) => line.length)));
  return [styleText('bold', head), styleText('dim', rule), ...rows].join('\n');
}

/** What was expected and what was seen instead, case by case; empty where nothing differs. */
export function differencesOf(results: readonly Result[]): string {
  return results
    .filter((result) => result.differences.length > 0)
    .flatMap(({ system, framework, name, differences }) => [
      `${system} on ${framework}, ${name}:`,
      ...differences.map((line) => `  ${line}`),
    ])
    .join('\n');
}

/** What was run, how many cases held and differed, how many requests were sent, in what time. */
export function summary(results: readonly Result[], elapsedMs: number): string {
  const differing = results.filter((result) => result.differences.length > 0).length;
  const notSigned = results.filter((result) => result.requests === 0).length;
  const requests = results.reduce((sum, result) => sum + result.requests, 0);
  const held = results.length - differing - notSigned;
  const systems = new Set(results.map(({ system }) => system)).size;
  const frameworks = [...new Set(results.map(({ framework }) => framework))].join(', ');
  const scope = `${systems} systems on ${frameworks}`;
  const counts = `${held} cases held, ${differing} differed, ${notSigned} not signed`;
  const line = `${scope}: ${counts}; ${requests} requests over HTTP in ${(elapsedMs / 1000).toFixed(1)} s`;
  return styleText(differing > 0 ? 'red' : 'green', line);
}
