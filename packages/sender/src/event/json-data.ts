import { JsonText } from '@countersign/core';
import { isWellFormed } from '@countersign/core/strict';
import { inputFault, invalidInput } from '../errors/invalid-input.js';
import { isSenderError, type SenderError } from '../errors/sender-error.js';

const MAX_DEPTH = 100;

/**
 * The JSON text of an event's data. What JSON would change or drop without a word is refused with its path: `NaN`,
 * bigints, `undefined` in an array, functions, maps, errors, lone surrogates, cycles. A member that is `undefined` is
 * left out; what has a `toJSON`, such as a `Date`, is what that returns. A `JsonText` is taken as it stands.
 */
export function dataText(data: unknown): string {
  if (data instanceof JsonText) return parsed(data.text);
  try {
    check(data, 'data', 0);
    return JSON.stringify(data);
  } catch (cause) {
    if (isSenderError(cause)) throw cause;
    throw inputFault('data', 'cannot be read: a getter, a proxy or a `toJSON` of it throws', { cause });
  }
}

function parsed(text: string): string {
  // Of two members with one name, parsing shows the last alone.
  if (!isWellFormed(text)) throw unpaired('data');
  try {
    check(JSON.parse(text), 'data', 0);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw inputFault('data', 'is a `JsonText` whose text is not JSON');
    throw cause;
  }
  return text;
}

function check(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'string':
      if (!isWellFormed(value)) throw unpaired(path);
      return;
    case 'number':
      if (!Number.isFinite(value)) throw notJson(path, value);
      return;
    case 'boolean':
      return;
    case 'object':
      if (value !== null) checkObject(value, path, depth + 1);
      return;
    default:
      throw notJson(path, value);
  }
}

function checkObject(value: object, path: string, depth: number): void {
  if (depth > MAX_DEPTH)
    throw inputFault('data', `nests deeper than ${MAX_DEPTH} levels, or contains itself`);
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    if (value instanceof Date && Number.isNaN(value.getTime()))
      throw inputFault(shortened(path), 'is an invalid Date');
    check(value.toJSON(path), path, depth);
  } else if (Array.isArray(value)) {
    // `forEach` would pass over holes.
    for (let index = 0; index < value.length; index += 1) check(value[index], `${path}[${index}]`, depth);
  } else if (Object.prototype.toString.call(value) !== '[object Object]') {
    // Maps, errors, promises, bytes and the like: most of them would be `{}`.
    throw notJson(path, value);
  } else {
    for (const [name, member] of Object.entries(value)) {
      if (!isWellFormed(name)) throw unpaired(path);
      if (member !== undefined) check(member, `${path}.${name}`, depth);
    }
  }
}

function unpaired(path: string): SenderError {
  return inputFault(shortened(path), 'has an unpaired surrogate, which UTF-8 cannot hold');
}

function notJson(path: string, value: unknown): SenderError {
  return invalidInput(shortened(path), 'a text, finite number, boolean, null, list or plain object', value);
}

// Names of an open payload can be long.
function shortened(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 200)}…`;
}
