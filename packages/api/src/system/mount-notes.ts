import { ConfigurationError } from '@countersign/core';
import { routes } from '../routes/routes.js';

/** What paths of routes begin with: `webhooks`, `events` and so on. */
const BEGINNINGS: ReadonlySet<string> = new Set(routes.map(({ path }) => firstSegment(path)));

/**
 * Tells `onError` of a path that is none, where it looks as if the API was mounted elsewhere than `basePath` says. Once:
 * those who call go on calling.
 */
export function mountNotes(basePath: string, onError: (error: unknown) => void): (url: string) => void {
  let isTold = false;
  return (url) => {
    const { pathname } = new URL(url);
    if (isTold || !isElsewhere(pathname, basePath)) return;
    isTold = true;
    const set = basePath === '' ? 'not set' : `\`${basePath}\``;
    onError(
      new ConfigurationError(
        'invalid_option',
        `a request arrived at \`${pathname}\`, and \`basePath\` is ${set}: it must be what stands before \`/webhooks\` in the paths that arrive, and nothing where the mount takes that away`,
      ),
    );
  };
}

/** Whether a path does not begin as it should, or has something more before what is a route's. */
function isElsewhere(pathname: string, basePath: string): boolean {
  if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return true;
  const [first = '', ...rest] = pathname.slice(basePath.length + 1).split('/');
  return first !== '' && !BEGINNINGS.has(first) && rest.some((segment) => BEGINNINGS.has(segment));
}

function firstSegment(path: string): string {
  return path.split('/')[1] ?? '';
}
