import { invalidParts, ManagementError } from '../problem/management-error.js';

/** An endpoint's revision as an entity tag. */
export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/** The revision that `If-Match` asks for; `undefined` for any. What is no tag of ours matches nothing. */
export function expectedRevision(headers: Headers): number | undefined {
  const tag = headers.get('if-match');
  if (tag === null || tag.trim() === '*') return undefined;
  const [, digits] = /^\s*"(\d{1,15})"\s*$/.exec(tag) ?? [];
  if (digits !== undefined) return Number(digits);
  throw revisionMismatch();
}

/** 412: nothing was changed. */
export function revisionMismatch(cause?: unknown): ManagementError {
  return new ManagementError('revision_mismatch', 'the endpoint has another revision than `If-Match`', {
    cause,
  });
}

/** Refuses `If-Match` where it would be left out of account: who sends it counts on it. */
export function refuseCondition(headers: Headers): void {
  if (!headers.has('if-match')) return;
  const detail = '`If-Match` is understood where an endpoint is replaced or changed, and nowhere else';
  throw invalidParts([{ header: 'If-Match', detail }]);
}
