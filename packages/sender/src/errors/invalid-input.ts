import { kindOf } from '@countersign/core/strict';
import { SenderError } from './sender-error.js';

/** `` `field` must be X, got Y ``: the one sentence for arguments; never the value of a text, which may be secret. */
export function invalidInput(field: string, expected: string, value: unknown): SenderError {
  const got = Array.isArray(value) ? `array of ${value.length}` : kindOf(value);
  return new SenderError('invalid_input', `\`${field}\` must be ${expected}, got ${got}`, { field });
}

/** For a text of certain characters: says which rule it breaks, where its kind says nothing. */
export function invalidName(field: string, rule: string, maxLength: number, value: unknown): SenderError {
  if (typeof value !== 'string') return invalidInput(field, rule, value);
  const got =
    value === ''
      ? 'is empty'
      : value.length > maxLength
        ? `has ${value.length}`
        : 'has a character that is none of them';
  return inputFault(field, `must be ${rule}: it ${got}`);
}

/** A fault that the argument's kind does not tell: `` `field` problem ``. */
export function inputFault(field: string, problem: string, options?: ErrorOptions): SenderError {
  return new SenderError('invalid_input', `\`${field}\` ${problem}`, { ...options, field });
}
