const PATTERN = /^(?:\*|[^*]+|[^*]+\.\*)$/;

/** Whether a text is a pattern: a type, or a type's beginning with `.*`, or `*`. */
export function isEventPattern(pattern: string): boolean {
  return PATTERN.test(pattern);
}

/** Whether a pattern has a `*`, which stands for one or more segments at its end. */
export function isWildcard(pattern: string): boolean {
  return pattern.endsWith('*');
}

/** Whether an event type matches a pattern; `job.*` matches `job.done` and `job.step.done`, not `job`. */
export function matchesEventPattern(pattern: string, type: string): boolean {
  if (!isWildcard(pattern)) return pattern === type;
  const head = pattern.slice(0, -1);
  return type.startsWith(head) && type.length > head.length;
}
