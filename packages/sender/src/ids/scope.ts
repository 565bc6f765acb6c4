import { invalidInput } from '../errors/invalid-input.js';
import { ANY_TENANT, NO_TENANT, type TenantScope } from '../ports/records.js';

const TENANT = /^[A-Za-z0-9_.:-]{1,128}$/;
const ID = /^[A-Za-z0-9_-]{1,128}$/;
const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 50;

/** Whose things a call is about. */
export interface TenantOption {
  /** A tenant's name; `*` for all of them. Default: what has no tenant. */
  readonly tenant?: string | undefined;
}

/** One page of a list. */
export interface ListOptions extends TenantOption {
  /** 1 to 500, default 50. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** The tenant of something new. */
export function tenantOf(tenant: unknown): string {
  if (tenant === undefined) return NO_TENANT;
  if (typeof tenant === 'string' && TENANT.test(tenant)) return tenant;
  throw invalidInput('tenant', 'a name of 1 to 128 letters, digits, `_`, `.`, `:` or `-`', tenant);
}

/** Whose things a call may see. */
export function scopeOf(options: TenantOption | undefined): TenantScope {
  return options?.tenant === ANY_TENANT ? ANY_TENANT : tenantOf(options?.tenant);
}

/** An id that somebody chose for something new. */
export function checkedId(field: string, id: unknown): string {
  if (typeof id === 'string' && ID.test(id)) return id;
  throw invalidInput(field, '1 to 128 letters, digits, `_` or `-`', id);
}

/** The size of a page. */
export function checkedLimit(limit: unknown = DEFAULT_LIMIT): number {
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalidInput('limit', `a whole number from 1 to ${MAX_LIMIT}`, limit);
}
