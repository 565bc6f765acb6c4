import type { Differences } from './step.js';

/** What a document shows and what really came, held against each other. */
export interface Comparison {
  /** Members that came as they are shown, or that are listed as different and are so. */
  readonly agreed: readonly string[];
  /** What is neither: an unlisted difference, or a listed one that is none. */
  readonly faults: readonly string[];
}

/** Holds an answer against the one of a document, by the members' places and kinds. */
export function compared(shown: unknown, came: unknown, listed: Differences): Comparison {
  const agreed: string[] = [];
  const faults: string[] = [];
  for (const [path, value] of leavesOf(shown)) {
    const isSame = kindOf(valueAt(came, path)) === kindOf(value) && sameWord(value, valueAt(came, path));
    const [here] = listed[path] ?? [];
    if (listed[path] === undefined) (isSame ? agreed : faults).push(path);
    else if (isSame) faults.push(`${path} is listed, and is no difference`);
    else if (here !== undefined && valueAt(came, here) === undefined)
      faults.push(`${path} is not at ${here}`);
    else agreed.push(path);
  }
  const known = new Set(leavesOf(shown).map(([path]) => path));
  for (const path of Object.keys(listed)) if (!known.has(path)) faults.push(`${path} is in no document`);
  return { agreed, faults };
}

/** The members of a value that have no members, by their places; of a list the first entry stands for all. */
function leavesOf(value: unknown, path = ''): readonly (readonly [path: string, value: unknown])[] {
  if (Array.isArray(value) && typeof value[0] === 'object') return leavesOf(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(member, path === '' ? name : `${path}.${name}`),
  );
}

function valueAt(value: unknown, path: string): unknown {
  const names = path.replaceAll('[]', '.0').split('.');
  return names.reduce<unknown>(
    (found, name) => (typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined),
    value,
  );
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

/** Single words and lists of them, such as states and types, must be the same; ids and times never are. */
function sameWord(shown: unknown, came: unknown): boolean {
  const isWord = typeof shown === 'string' && /^[a-z]+(?:\.[a-z_]+)?$/.test(shown);
  return !(isWord || Array.isArray(shown)) || JSON.stringify(shown) === JSON.stringify(came);
}
