import { CanonicalJsonError } from './canonical-json-error.js';
import { canonicalText, parseCanonical } from './parse-canonical.js';
import { pythonNumber } from './python-number.js';

const MAX_DEPTH = 100;
// The body has four. The bound keeps the Map cheap even if every name falls into one hash bucket.
const MAX_ROOT_MEMBERS = 1000;

/**
 * The canonical text of every member of a JSON object, in source order: what a producer that signs Python's
 * `json.dumps(member, sort_keys=True)` had under its MAC, rebuilt from the wire, whatever separators and escapes
 * its HTTP client wrote. Number literals stay as they are on the wire. Names are decoded, values are ASCII and at most
 * six times as long as their source.
 *
 * At most 1,000 members at the root; at most 100 containers inside each other in a member's value (`[]` is 1, the root
 * object does not count). Linear in the length of the text but for the sorting of names, not recursive. Decode the
 * bytes with `ignoreBOM: true`, so that a byte order mark is seen and refused.
 *
 * Two things no receiver can know: that a Python producer's dict had keys that were not strings (sorted as numbers,
 * written as strings), or a string with two surrogates side by side that are not one character.
 *
 * @throws {CanonicalJsonError} when the text is not strict JSON (RFC 8259), its root is not an object, a name occurs
 *   twice in an object, or a limit is exceeded
 * @see https://docs.python.org/3/library/json.html#json.dumps
 * @example
 * canonicalMembers('{"data":{"b":1.0,"a":"é"}}').get('data'); // '{"a": "\\u00e9", "b": 1.0}'
 */
export function canonicalMembers(text: string): Map<string, string> {
  const root = parseCanonical(text, { maxDepth: MAX_DEPTH + 1, spellNumber: (literal) => literal });
  if (typeof root === 'string' || root.kind !== 'object') throw new CanonicalJsonError('root_not_object', 0);
  if (root.members.length > MAX_ROOT_MEMBERS) throw new CanonicalJsonError('too_many_members', 0);
  const inSourceOrder = root.members.toSorted((a, b) => a.offset - b.offset);
  return new Map(inSourceOrder.map(({ name, value }) => [name, value]));
}

/**
 * The text that Python's `json.dumps(json.loads(json), sort_keys=True)` gives for a JSON value of any kind. What a
 * sender signs and sends in this form, a Python receiver that parses and dumps again agrees with: integers keep their
 * digits (`-0` becomes `0`), numbers with `.` or an exponent are spelled as `repr` of their double. A result is its own
 * canonical form, here and in {@link canonicalMembers}.
 *
 * At most 100 containers inside each other (`[]` is 1); integers of at most 4,300 digits, which is Python's limit.
 *
 * @throws {CanonicalJsonError} when the text is not strict JSON (RFC 8259), a name occurs twice in an object, a number
 *   overflows to infinity, or a limit is exceeded
 * @see https://docs.python.org/3/library/json.html#json.dumps
 * @example
 * pythonJson('{"b":1E5,"a":[1e-7,1e16,10]}'); // '{"a": [1e-07, 1e+16, 10], "b": 100000.0}'
 */
export function pythonJson(json: string): string {
  return canonicalText(parseCanonical(json, { maxDepth: MAX_DEPTH, spellNumber: pythonNumber }));
}
