import { mustBe } from '@countersign/core/strict';
import { hidden, ManagementError } from '../problem/management-error.js';
import { type Authenticate, type Caller, checkedCaller, isOperator, type Scope } from './caller.js';

/** Who may use a route: everybody, whoever is known, or who has the scope. */
export type Access = 'everybody' | 'authenticated' | Scope;

/** Who makes a request, or 401. */
export async function identify(request: Request, authenticate: Authenticate): Promise<Caller> {
  const caller = await answerOf(request, authenticate);
  if (caller !== undefined) return caller;
  throw new ManagementError('unauthenticated', 'the request is not authenticated', {
    headers: { 'www-authenticate': 'Bearer' },
  });
}

async function answerOf(request: Request, authenticate: Authenticate): Promise<Caller | undefined> {
  try {
    const caller = await authenticate(request);
    if (caller === undefined || caller === null) return undefined;
    if (typeof caller !== 'object') throw mustBe('authenticate()', '`{ tenant, scopes }` or null', caller);
    return checkedCaller(caller, 'authenticate()');
  } catch (cause) {
    throw hidden('authentication_unavailable', cause);
  }
}

/** Refuses a caller that may not use a route. */
export function permit(caller: Caller, access: Access, operatorsOnly: boolean): void {
  if (access !== 'everybody' && access !== 'authenticated' && !caller.scopes.includes(access)) {
    throw new ManagementError('missing_scope', `this needs the scope \`${access}\``, {
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${access}"` },
    });
  }
  if (operatorsOnly && !isOperator(caller)) {
    throw new ManagementError('operators_only', 'this concerns all tenants, and is for operators');
  }
}
