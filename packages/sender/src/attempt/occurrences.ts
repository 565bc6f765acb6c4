/** From one place of a text to before another. */
export type Span = readonly [from: number, to: number];

/** Where a value stands in a text, and how much of it the text's end has begun. */
export interface Occurrences {
  readonly spans: readonly Span[];
  readonly begunAtEnd: number;
}

/**
 * Knuth, Morris and Pratt: one pass over each, whatever they are. Both are other people's choice, and what looks for one
 * in the other place by place takes as many steps as the one is long times the other.
 */
export function occurrences(text: string, value: string): Occurrences {
  const fallbacks = fallbacksOf(value);
  const spans: Span[] = [];
  let matched = 0;
  for (let place = 0; place < text.length; place += 1) {
    matched = step(value, fallbacks, matched, text.charCodeAt(place));
    if (matched < value.length) continue;
    spans.push([place + 1 - matched, place + 1]);
    matched = 0;
  }
  return { spans, begunAtEnd: matched };
}

/** For each length of a beginning: the longest shorter one that it ends with. */
function fallbacksOf(value: string): Uint32Array {
  const fallbacks = new Uint32Array(value.length + 1);
  for (let length = 2; length <= value.length; length += 1) {
    fallbacks[length] = step(value, fallbacks, fallbacks[length - 1] ?? 0, value.charCodeAt(length - 1));
  }
  return fallbacks;
}

function step(value: string, fallbacks: Uint32Array, before: number, char: number): number {
  let matched = before;
  while (matched > 0 && value.charCodeAt(matched) !== char) matched = fallbacks[matched] ?? 0;
  return value.charCodeAt(matched) === char ? matched + 1 : 0;
}
