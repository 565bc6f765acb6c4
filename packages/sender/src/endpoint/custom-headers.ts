import { inputFault, invalidInput } from '../errors/invalid-input.js';

const MAX_HEADERS = 32;
const MAX_VALUE_LENGTH = 4096;
const NAME = /^[\w!#$%&'*+.^`|~-]{1,128}$/;
const PRINTABLE = /^[\t\x20-\x7E]*$/;

/** What HTTP itself writes, or what would change how the message is read. */
const OF_HTTP: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'transfer-encoding',
  'content-length',
  'content-encoding',
]);

/**
 * Custom headers, with names in lower case. `reserved`: the names that the sender's schemes and envelope write.
 * `content-type: application/json` is what is sent anyway: it is accepted, and left out.
 */
export function customHeaders(
  headers: unknown,
  reserved: ReadonlySet<string>,
): Readonly<Record<string, string>> | undefined {
  if (headers === undefined) return undefined;
  // A `Headers` or a `Map` has no members: its headers would be left out without a word.
  if (Object.prototype.toString.call(headers) !== '[object Object]' || !isObject(headers)) {
    throw invalidInput('headers', 'a plain object of names and values', headers);
  }
  const checked = new Map<string, string>();
  for (const [index, [given, value]] of Object.entries(headers).entries()) {
    const name = given.toLowerCase();
    const field = NAME.test(given) ? `headers.${given}` : 'headers';
    if (!NAME.test(given)) throw inputFault(field, `has a name that is no header name (number ${index + 1})`);
    if (typeof value !== 'string') throw invalidInput(field, 'a text', value);
    if (isJsonContentType(name, value)) continue;
    if (reserved.has(name) || OF_HTTP.has(name) || name.startsWith('proxy-')) {
      throw inputFault(field, 'is a header that the sender writes itself');
    }
    if (checked.has(name)) throw inputFault(field, 'stands there twice, in other letter case');
    if (!PRINTABLE.test(value) || value.length > MAX_VALUE_LENGTH || value.trim() !== value) {
      throw inputFault(
        field,
        `must have a value of at most ${MAX_VALUE_LENGTH} printable ASCII characters, without a line break, and without spaces around it`,
      );
    }
    checked.set(name, value);
  }
  if (checked.size > MAX_HEADERS)
    throw inputFault('headers', `must be at most ${MAX_HEADERS}, got ${checked.size}`);
  return checked.size === 0 ? undefined : Object.fromEntries(checked);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isJsonContentType(name: string, value: string): boolean {
  return name === 'content-type' && /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(value);
}
