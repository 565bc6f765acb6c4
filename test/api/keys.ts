import { createHash } from 'node:crypto';
import type { ApiKey, Scope } from '@countersign/api';

const ALL: readonly Scope[] = ['events:write', 'endpoints:read', 'endpoints:write', 'metrics:read'];

/** Who calls in the tests. The name is the key. */
export const callers = {
  operator: { tenant: '*', scopes: ALL },
  acme: { tenant: 'acme', scopes: ALL },
  globex: { tenant: 'globex', scopes: ALL },
  untenanted: { tenant: undefined, scopes: ALL },
  'acme-events-write': { tenant: 'acme', scopes: ['events:write'] },
  'acme-endpoints-read': { tenant: 'acme', scopes: ['endpoints:read'] },
  'acme-endpoints-write': { tenant: 'acme', scopes: ['endpoints:write'] },
  'operator-metrics-read': { tenant: '*', scopes: ['metrics:read'] },
} satisfies Record<string, Omit<ApiKey, 'sha256'>>;

export type CallerName = keyof typeof callers;

/** What `apiKeys` is given for them. */
export const keyList: readonly ApiKey[] = Object.entries(callers).map(([name, caller]) => ({
  sha256: createHash('sha256').update(keyOf(name)).digest('hex'),
  ...caller,
}));

/** The text of a caller's key. */
export function keyOf(name: string): string {
  return `test-key-of-${name}`;
}
