/**
 * Every event pattern that matches a type, so that a store finds subscribers by looking these up. The language is
 * `matchesEventPattern` of core: the type itself, each of its beginnings with `.*`, and `*`.
 *
 * @example
 * patternsOf('job.step.done'); // ['*', 'job.*', 'job.step.*', 'job.step.done']
 */
export function patternsOf(type: string): readonly string[] {
  const patterns = ['*'];
  for (
    let dot = type.indexOf('.', 1);
    dot !== -1 && dot + 1 < type.length;
    dot = type.indexOf('.', dot + 1)
  ) {
    patterns.push(`${type.slice(0, dot)}.*`);
  }
  patterns.push(type);
  return patterns;
}
