/**
 * Where two JSON values differ, a line for each place: its path, what was expected, what was seen. Empty where
 * they are equal.
 */
export function differences(expected: unknown, seen: unknown, path = ''): readonly string[] {
  if (!isContainer(expected) || !isContainer(seen) || Array.isArray(expected) !== Array.isArray(seen)) {
    return Object.is(expected, seen) ? [] : [`${path}: expected ${text(expected)}, saw ${text(seen)}`];
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(seen)]);
  return [...names].flatMap((name) => {
    const at = Array.isArray(expected) ? `${path}[${name}]` : [path, name].filter(Boolean).join('.');
    return differences(Reflect.get(expected, name), Reflect.get(seen, name), at);
  });
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
