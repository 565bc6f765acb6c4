import { JsonText } from '@countersign/core';
import { isWellFormed } from '@countersign/core/strict';
import { inputFault } from '../errors/invalid-input.js';
import { isSenderError, type SenderError } from '../errors/sender-error.js';
import { MAX_DEPTH, notJson, tooDeep, unpaired } from './data-faults.js';
import { type DataPlace, pathOf } from './data-place.js';
import { jsonTextOf } from './json-text.js';

type Key = string | number;

/**
 * The JSON text of an event's data. What JSON would change or drop without a word is refused with its path: `NaN`,
 * bigints, `undefined` in an array, functions, maps, errors, lone surrogates, cycles. A member that is `undefined` is
 * left out; what has a `toJSON`, such as a `Date`, is what that returns. Everything is read once: a getter, a proxy or
 * a `toJSON` may say something else a second time. A `JsonText` is taken as it stands, after a check of its text.
 */
export function dataText(data: unknown): string {
  try {
    return data instanceof JsonText ? jsonTextOf(data) : JSON.stringify(copyOf(data, undefined, ''));
  } catch (cause) {
    if (isSenderError(cause)) throw cause;
    throw inputFault('data', 'cannot be read: a getter, a proxy or a `toJSON` of it throws', { cause });
  }
}

function copyOf(value: unknown, above: DataPlace | undefined, key: Key): unknown {
  switch (typeof value) {
    case 'string':
      if (!isWellFormed(value)) throw unpaired(pathOf(above, key));
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw notJson(pathOf(above, key), value);
      return value;
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : copyOfObject(value, above, key);
    default:
      throw notJson(pathOf(above, key), value);
  }
}

function copyOfObject(value: object, above: DataPlace | undefined, key: Key): unknown {
  const place = { above, key, depth: (above?.depth ?? 0) + 1 };
  if (place.depth > MAX_DEPTH) throw tooDeep();
  const toJSON: unknown = 'toJSON' in value ? value.toJSON : undefined;
  if (typeof toJSON !== 'function') return copyOfPlain(value, place);
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw inputFault(pathOf(above, key), 'is an invalid Date');
  }
  const given: unknown = Reflect.apply(toJSON, value, [String(key)]);
  // JSON asks what a `toJSON` returns for no other.
  return typeof given === 'object' && given !== null ? copyOfPlain(given, place) : copyOf(given, above, key);
}

function copyOfPlain(value: object, place: DataPlace): unknown {
  if (Array.isArray(value)) return copyOfList(value, place);
  // Maps, errors, promises, bytes and the like: most of them would be `{}`.
  if (Object.prototype.toString.call(value) !== '[object Object]') throw refusal(value, place);
  if (value instanceof JsonText || isRawJson(value)) throw refusal(value, place);
  const copy = new Members();
  for (const [name, member] of Object.entries(value)) {
    if (!isWellFormed(name)) throw unpaired(pathOf(place.above, place.key));
    if (member !== undefined) copy[name] = copyOf(member, place, name);
  }
  return copy;
}

function copyOfList(list: readonly unknown[], place: DataPlace): unknown[] {
  const copy: unknown[] = [];
  // `forEach` would pass over holes.
  for (let index = 0; index < list.length; index += 1) copy.push(copyOf(list[index], place, index));
  return copy;
}

function refusal(value: object, { above, key }: DataPlace): SenderError {
  const path = pathOf(above, key);
  if (value instanceof JsonText) return inputFault(path, 'is a `JsonText`, which only the whole data can be');
  if (isRawJson(value)) return inputFault(path, 'is made by `JSON.rawJSON`: send the data as a `JsonText`');
  return notJson(path, value);
}

const isRaw: unknown = Reflect.get(JSON, 'isRawJSON');

function isRawJson(value: object): boolean {
  return typeof isRaw === 'function' && isRaw(value) === true;
}

/** Members of any name, `__proto__` too, and none that is inherited; an object made without a prototype is slow. */
class Members {
  [name: string]: unknown;
}
Object.setPrototypeOf(Members.prototype, null);
