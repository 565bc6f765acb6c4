import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace.js';

/** A ```ts block of a page: a module of its own. */
export interface CodeBlock {
  readonly page: string;
  /** The heading that it stands under. */
  readonly heading: string;
  /** Its code, with the blocks that it continues, on the lines where they stand in the page. */
  readonly code: string;
}

interface OpenBlock {
  readonly fence: string;
  readonly lines: string[] | undefined;
}

/**
 * The ```ts blocks of a page. Words after `ts` on the fence:
 * - `continues`: goes on from the block before it on the page
 * - `no-check <reason>`: is not checked, so it is left out here
 */
export function codeBlocks(page: string): readonly CodeBlock[] {
  const blocks: { readonly heading: string; readonly lines: string[] }[] = [];
  let heading = '';
  let open: OpenBlock | undefined;
  for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    const { fence, language, word, rest } = fenceOf(line);
    if (open !== undefined) {
      if (fence.startsWith(open.fence) && language === '') open = undefined;
      else if (open.lines !== undefined) open.lines[index] = line;
    } else if (fence === '') {
      heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    } else {
      const lines = isChecked(`${page}:${index + 1}`, language, word, rest)
        ? startOf(`${page}:${index + 1}`, word, blocks.at(-1)?.lines)
        : undefined;
      if (lines !== undefined) blocks.push({ heading, lines });
      open = { fence, lines };
    }
  }
  return blocks.map(({ heading, lines }) => ({
    page,
    heading,
    code: Array.from(lines, (line) => line ?? '').join('\n'),
  }));
}

function fenceOf(line: string): { fence: string; language: string; word: string; rest: string } {
  const [, fence = '', language = '', word = '', rest = ''] =
    /^\s*(`{3,}|~{3,})\s*(\S*)\s*(\S*)\s*(.*)$/.exec(line) ?? [];
  return { fence, language, word, rest };
}

function isChecked(at: string, language: string, word: string, rest: string): boolean {
  if (!/^(ts|typescript)$/.test(language)) return false;
  if (word === 'no-check' && rest === '') throw new Error(`${at}: no-check needs a reason`);
  if (word === 'no-check') return false;
  if (word === '' || word === 'continues') return true;
  throw new Error(`${at}: unknown word on the fence: ${word}`);
}

function startOf(at: string, word: string, previous: readonly string[] | undefined): string[] {
  if (word !== 'continues') return [];
  if (previous === undefined) throw new Error(`${at}: there is no block to continue`);
  return [...previous];
}
