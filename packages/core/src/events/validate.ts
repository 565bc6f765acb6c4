import { WebhookError } from '../errors/webhook-error.js';
import type { SchemaIssue, StandardSchema } from './standard-schema.js';

const MAX_ISSUES = 5;

/** The payload as its schema returns it; throws `schema_mismatch` with the paths that failed, never values. */
export async function validate(schema: StandardSchema | undefined, data: unknown): Promise<unknown> {
  if (schema === undefined) return data;
  const result = await schema['~standard'].validate(data);
  if (result.issues === undefined) return result.value;
  const paths = result.issues.slice(0, MAX_ISSUES).map(pathOf);
  throw new WebhookError('schema_mismatch', `the payload does not fit its schema at ${paths.join(', ')}`);
}

function pathOf(issue: SchemaIssue): string {
  const segments = (issue.path ?? []).map((segment) =>
    String(typeof segment === 'object' ? segment.key : segment),
  );
  return `\`${['data', ...segments].join('.')}\``;
}
