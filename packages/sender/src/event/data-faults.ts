import { inputFault, invalidInput } from '../errors/invalid-input.js';
import type { SenderError } from '../errors/sender-error.js';

/** How many levels an event's data may have. */
export const MAX_DEPTH = 100;

/** `path` is nothing that JSON can hold. */
export function notJson(path: string, value: unknown): SenderError {
  return invalidInput(path, 'a text, finite number, boolean, null, list or plain object', value);
}

/** `path` or a name in it has one half of a surrogate pair. */
export function unpaired(path: string): SenderError {
  return inputFault(path, 'has an unpaired surrogate, which UTF-8 cannot hold');
}

/** There are more levels than {@link MAX_DEPTH}. */
export function tooDeep(): SenderError {
  return inputFault('data', `nests deeper than ${MAX_DEPTH} levels, or contains itself`);
}
