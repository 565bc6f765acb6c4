import { ManagementError } from '../problem/management-error.js';

/** Refuses what another site's page makes a browser send, with whatever the browser knows its user by. */
export function refuseCrossSite(headers: Headers): void {
  if (headers.get('sec-fetch-site') === 'cross-site') {
    throw new ManagementError('cross_site_request', 'this was requested by a page of another site');
  }
}

/**
 * Whether a request that changes something may come without `content-type`. A page can have a browser send such a one
 * to another origin without asking first, so it must come from the same origin, or from no page at all.
 */
export function mayLackMediaType(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  return !headers.has('origin');
}
