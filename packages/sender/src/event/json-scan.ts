import { isWellFormed } from '@countersign/core/strict';
import { inputFault } from '../errors/invalid-input.js';
import { MAX_DEPTH, notJson, tooDeep, unpaired } from './data-faults.js';
import { type DataPlace, pathOf } from './data-place.js';

/** A list or object that is open where the scan stands. */
interface Level extends DataPlace {
  readonly above: Level | undefined;
  /** Those that came; `undefined`: it is a list. */
  readonly names: Set<string> | undefined;
  /** Which of its members the scan stands at. */
  member: string | number;
}

const NUMBER = /[-+.0-9eE]+/y;

/**
 * Finds what parsing does not tell of in a text that it accepts: of members of one name it shows the last alone.
 * The text has no unpaired surrogate but such as escapes hide.
 */
export class JsonScan {
  readonly #text: string;
  #at = 0;
  #level: Level | undefined;
  #isName = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Throws for the first fault. */
  run(): void {
    while (this.#at < this.#text.length) this.#step(this.#text.charAt(this.#at));
  }

  #step(character: string): void {
    if (character === '"') this.#string();
    else if (character === '-' || (character >= '0' && character <= '9')) this.#number();
    else {
      this.#at += 1;
      if (character === '{' || character === '[') this.#open(character === '{' ? new Set() : undefined);
      else if (character === '}' || character === ']') this.#close();
      else if (character === ',') this.#next();
      else if (character === ':') this.#isName = false;
    }
  }

  #open(names: Set<string> | undefined): void {
    const above = this.#level;
    const depth = (above?.depth ?? 0) + 1;
    if (depth > MAX_DEPTH) throw tooDeep();
    this.#level = { above, key: above?.member ?? '', depth, names, member: names === undefined ? 0 : '' };
    this.#isName = names !== undefined;
  }

  #close(): void {
    this.#level = this.#level?.above;
    this.#isName = false;
  }

  #next(): void {
    const level = this.#level;
    if (typeof level?.member === 'number') level.member += 1;
    else this.#isName = true;
  }

  #number(): void {
    NUMBER.lastIndex = this.#at;
    const [token = ''] = NUMBER.exec(this.#text) ?? [];
    this.#at += token.length;
    const value = Number(token);
    if (!Number.isFinite(value)) throw notJson(this.#path(), value);
  }

  #string(): void {
    const end = endOfString(this.#text, this.#at);
    const token = this.#text.slice(this.#at, end);
    this.#at = end;
    const value = token.includes('\\') ? unescaped(token) : token.slice(1, -1);
    if (this.#isName) this.#name(value);
    else if (!isWellFormed(value)) throw unpaired(this.#path());
  }

  #name(name: string): void {
    const level = this.#level;
    if (level?.names === undefined) return;
    if (!isWellFormed(name)) throw unpaired(pathOf(level.above, level.key));
    level.member = name;
    if (level.names.has(name)) {
      throw inputFault(this.#path(), 'is there twice: receivers disagree about which of them counts');
    }
    level.names.add(name);
  }

  #path(): string {
    return pathOf(this.#level, this.#level?.member ?? '');
  }
}

/** The place after the quote that closes the string at `start`. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charAt(first - 1) === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

function unescaped(token: string): string {
  const value: unknown = JSON.parse(token);
  return String(value);
}
