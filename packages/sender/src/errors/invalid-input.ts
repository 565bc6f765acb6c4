import { kindOf } from '@countersign/core/strict';
import { SenderError } from './sender-error.js';

/** `` `field` must be X, got Y ``: the one sentence for arguments; never the value of a text, which may be secret. */
export function invalidInput(field: string, expected: string, value: unknown): SenderError {
  return new SenderError('invalid_input', `\`${field}\` must be ${expected}, got ${kindOf(value)}`, {
    field,
  });
}

/** A fault that the argument's kind does not tell: `` `field` problem ``. */
export function inputFault(field: string, problem: string, options?: ErrorOptions): SenderError {
  return new SenderError('invalid_input', `\`${field}\` ${problem}`, { ...options, field });
}
