/** A statement as those libraries take it that have placeholders without numbers. */
export interface Unnumbered {
  /** What stands before, between and after the placeholders. */
  readonly parts: readonly string[];
  /** One for each placeholder: a parameter that stands there twice is given twice. */
  readonly values: readonly unknown[];
}

/** Takes `$1`, `$2` out of a statement of this package: none of them stands in a text or a name there. */
export function unnumbered(text: string, values: readonly unknown[]): Unnumbered {
  const numbers = [...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
  return { parts: text.split(/\$\d+/), values: numbers.map((number) => values[number - 1]) };
}
