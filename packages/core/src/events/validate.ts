import { WebhookError } from '../errors/webhook-error.js';
import { isPromise, type MaybePromise } from '../time/maybe-promise.js';
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.js';

const MAX_ISSUES = 5;
const MAX_DEPTH = 8;
const MAX_NAME_LENGTH = 40;

/** The payload as its schema returns it; throws `schema_mismatch` with the paths that failed, never values. */
export function validate(schema: StandardSchema | undefined, data: unknown): MaybePromise<unknown> {
  if (schema === undefined) return data;
  const result = schema['~standard'].validate(data);
  return isPromise(result) ? Promise.resolve(result).then(validated) : validated(result);
}

function validated(result: SchemaResult<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  const paths = Array.from(result.issues.slice(0, MAX_ISSUES), pathOf);
  throw new WebhookError('schema_mismatch', `the payload does not fit its schema at ${paths.join(', ')}`);
}

// Not `map`: arktype's lists of issues and of segments are arrays whose copies are of their own kind.
function pathOf(issue: SchemaIssue): string {
  const segments = Array.from(issue.path ?? [], nameOf).slice(0, MAX_DEPTH);
  return `\`${['data', ...segments].join('.')}\``;
}

// The names of an open payload are the sender's: short, and without control characters.
function nameOf(segment: PropertyKey | { readonly key: PropertyKey }): string {
  const name = String(typeof segment === 'object' ? segment.key : segment);
  return JSON.stringify(name.slice(0, MAX_NAME_LENGTH)).slice(1, -1);
}
