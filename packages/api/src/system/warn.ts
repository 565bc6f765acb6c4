import type { managementWarnings } from '../problem/management-warnings.js';

const QUIET_MS = 60_000;
const CODE: keyof typeof managementWarnings = 'management_api_failed';

/** The default `onError`: process warnings, at most once a minute, because what is down fails again and again. */
export function warnNowAndThen(now: () => number): (error: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (now() - lastMs < QUIET_MS) return;
    lastMs = now();
    const detail = error instanceof Error ? error.stack : undefined;
    process.emitWarning('the management API failed to answer a request', {
      type: 'CountersignWarning',
      code: CODE,
      ...(detail !== undefined && { detail }),
    });
  };
}
