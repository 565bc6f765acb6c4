import { ANY_TENANT, type TenantScope } from '../ports/records.js';

/** For `tenant = coalesce(?, tenant)`: whoever sees everything asks for nothing. */
export function scopeParameter(scope: TenantScope): string | null {
  return scope === ANY_TENANT ? null : scope;
}
