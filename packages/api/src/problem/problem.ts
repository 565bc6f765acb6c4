import { isSenderError, type SenderError } from '@countersign/sender';
import { type Fault, hidden, ManagementError } from './management-error.js';
import { type ProblemCode, rowOf } from './management-errors.js';
import { pointerOfField, wireSentence } from './wire-path.js';

/** RFC 9457. Its `type` names the code and leads nowhere: docs/errors.md has what there is to say. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly errors?: readonly Fault[];
}

/** Whatever was thrown, as what is answered. What has no code of its own says nothing of itself. */
export function managementErrorOf(error: unknown): ManagementError {
  if (error instanceof ManagementError) return error;
  if (isSenderError(error)) return ofSender(error);
  return hidden('internal_error', error);
}

/** The body of an answer. */
export function problemOf({ code, message, faults }: ManagementError): Problem {
  return {
    type: `urn:problem-type:countersign:${code}`,
    title: titleOf(code),
    status: rowOf(code).status,
    detail: message,
    code,
    ...(faults.length > 0 && { errors: faults }),
  };
}

/** `unknown_endpoint` is "Unknown endpoint". */
export function titleOf(code: ProblemCode): string {
  const words = code.replaceAll('_', ' ').replace(/\bjson$/, 'JSON');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function ofSender(error: SenderError): ManagementError {
  // The messages name files and keys, which concern nobody but operators.
  if (error.status >= 500) return hidden('unavailable', error);
  if (error.code === 'invalid_cursor') return invalidCursor(error);
  const detail = wireSentence(error.message);
  const faults = error.field === undefined ? [] : [{ pointer: pointerOfField(error.field), detail }];
  return new ManagementError(error.code, detail, { cause: error, faults });
}

function invalidCursor(cause: SenderError): ManagementError {
  const detail = '`cursor` is no `next_cursor` of this list';
  return new ManagementError('invalid_cursor', detail, { cause, faults: [{ parameter: 'cursor', detail }] });
}
