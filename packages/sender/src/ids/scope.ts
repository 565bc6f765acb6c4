import { inputFault, invalidInput, invalidName } from '../errors/invalid-input.js';
import { checkOptions } from '../errors/names.js';
import { ANY_TENANT, NO_TENANT, type TenantScope } from '../ports/records.js';

const TENANT = /^[A-Za-z0-9_.:-]{1,128}$/;
const ID = /^[A-Za-z0-9_-]{1,128}$/;
const MAX_LENGTH = 128;
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

/** What a list's options can say beside the tenant. */
export const LIST_NAMES: readonly string[] = ['limit', 'cursor'];

/** The tenant of something new. */
export function tenantOf(tenant: unknown): string {
  if (tenant === undefined) return NO_TENANT;
  if (typeof tenant === 'string' && TENANT.test(tenant)) return tenant;
  if (tenant === ANY_TENANT)
    throw inputFault('tenant', 'must be one tenant: `*` only reads and edits those of all');
  throw invalidName('tenant', '1 to 128 letters, digits, `_`, `.`, `:` or `-`', MAX_LENGTH, tenant);
}

/** A tenant as people see it: none, where there is none. */
export function shownTenant(tenant: string): string | undefined {
  return tenant === NO_TENANT ? undefined : tenant;
}

/** Whose things a call may see. `names`: what else its options can say. */
export function scopeOf(options: TenantOption | undefined, names: readonly string[] = []): TenantScope {
  checkOptions(options, ['tenant', ...names]);
  return options?.tenant === ANY_TENANT ? ANY_TENANT : tenantOf(options?.tenant);
}

/** An id that somebody chose for something new. */
export function checkedId(field: string, id: unknown): string {
  if (typeof id === 'string' && ID.test(id)) return id;
  throw invalidName(field, '1 to 128 letters, digits, `_` or `-`', MAX_LENGTH, id);
}

/** The id of something that there may be: any text, so that none says more than another. */
export function givenId(field: string, id: unknown): string {
  if (typeof id === 'string') return id;
  throw invalidInput(field, 'a text', id);
}

/** The size of a page. */
export function checkedLimit(limit: unknown = DEFAULT_LIMIT): number {
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalidInput('limit', `a whole number from 1 to ${MAX_LIMIT}`, limit);
}
