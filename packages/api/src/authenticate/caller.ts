import type { MaybePromise } from '@countersign/core';
import { mustBe } from '@countersign/core/strict';
import { ANY_TENANT } from '@countersign/sender';

/** What a caller may do. */
export type Scope = 'events:write' | 'endpoints:read' | 'endpoints:write' | 'metrics:read';

/** All scopes. */
export const SCOPES: readonly Scope[] = ['events:write', 'endpoints:read', 'endpoints:write', 'metrics:read'];

const TENANT = /^[A-Za-z0-9_.:-]{1,128}$/;

/** Who makes a request. */
export interface Caller {
  /** Whose endpoints and events it is about; `undefined`: those that have no tenant; `*`: an operator, who sees all. */
  readonly tenant: string | undefined;
  readonly scopes: readonly Scope[];
}

/**
 * Says who makes a request; nothing where it knows nobody, which is answered 401. What it throws, and an answer that is
 * no caller, is answered 503 and told to `onError`. It must leave the body alone.
 */
export type Authenticate = (request: Request) => MaybePromise<Caller | null | undefined>;

/** Whether a caller sees all tenants. */
export function isOperator({ tenant }: Caller): boolean {
  return tenant === ANY_TENANT;
}

/** A caller as somebody made it, checked. */
export function checkedCaller({ tenant, scopes }: Caller, field: string): Caller {
  return {
    tenant: checkedTenant(tenant, `${field}.tenant`),
    scopes: checkedScopes(scopes, `${field}.scopes`),
  };
}

function checkedTenant(tenant: unknown, field: string): string | undefined {
  if (tenant === undefined || tenant === ANY_TENANT) return tenant;
  if (typeof tenant === 'string' && TENANT.test(tenant)) return tenant;
  throw mustBe(field, "a name of 1 to 128 letters, digits, `_`, `.`, `:` or `-`, '*', or undefined", tenant);
}

function checkedScopes(scopes: unknown, field: string): readonly Scope[] {
  if (!Array.isArray(scopes)) throw mustBe(field, `a list of ${SCOPES.join(', ')}`, scopes);
  return scopes.map((scope: unknown, index) => {
    const known = SCOPES.find((one) => one === scope);
    if (known !== undefined) return known;
    throw mustBe(`${field}[${index}]`, `one of ${SCOPES.join(', ')}`, scope);
  });
}
