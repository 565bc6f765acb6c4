/** Names of the SDK that are others on the wire: those that its refusals can name. */
const WIRE_NAMES: ReadonlyMap<string, string> = new Map([
  ['orderingKey', 'ordering_key'],
  ['overlapSeconds', 'overlap_seconds'],
  ['rateLimit', 'rate_limit'],
  ['perSecond', 'per_second'],
]);
/** Objects whose members people name: what follows is one name, dots included. */
const OPEN_OBJECTS = ['headers', 'filters.custom_filters'];
const PAYLOAD = /^(?:events\[\d+\]\.)?data(?=[.[])/;

/** A refusal's sentence with the names of the wire. */
export function wireSentence(sentence: string): string {
  // A path with dots may go on in names that people chose.
  return sentence.replace(/`(\w+)`/g, (_, name: string) => `\`${wireName(name)}\``);
}

/** The JSON pointer of an argument's path in the SDK, such as `events[1]`, `headers.X-Key` or `data.a`. */
export function pointerOfField(field: string): string {
  // Names of the payload may hold dots and brackets themselves: the sentence has the whole path.
  const [path] = PAYLOAD.exec(field) ?? [field];
  const open = OPEN_OBJECTS.find((name) => path.startsWith(`${name}.`));
  const known = (open ?? path).split(/[.[\]]+/).filter((segment) => segment !== '');
  const segments = known.map(wireName);
  return pointerOf(open === undefined ? segments : [...segments, path.slice(open.length + 1)]);
}

function wireName(name: string): string {
  return WIRE_NAMES.get(name) ?? name;
}

/** A JSON pointer (RFC 6901) as a URI fragment. */
export function pointerOf(path: readonly PropertyKey[]): string {
  const tokens = path.map((segment) => String(segment).replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#${tokens.map((token) => `/${encodeURIComponent(token)}`).join('')}`;
}

/** A path as sentences name it: `rate_limit.per_second`, `events[1]`. */
export function fieldOf(path: readonly PropertyKey[]): string {
  const field = path
    .map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${String(segment)}`))
    .join('');
  return field.startsWith('.') ? field.slice(1) : field;
}
