import { mustBe } from '@countersign/core/strict';
import { type Target, targetOf } from './target.js';

/** A proxy, read from its URL. */
export interface ProxySettings {
  readonly target: Target;
  /** The value of `proxy-authorization`; `undefined` where the URL has no user. */
  readonly authorization: string | undefined;
}

const EXPECTED = 'an `http:` or `https:` URL';

/** Throws a `ConfigurationError` that shows nothing of the URL, which may hold a password. */
export function readProxy(option: unknown): ProxySettings {
  const text = option instanceof URL ? option.href : option;
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw mustBe('proxy', EXPECTED, option);
  return { target: targetOf(url), authorization: authorizationOf(url, option) };
}

function authorizationOf({ username, password }: URL, option: unknown): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials).toString('base64')}`;
  } catch {
    throw mustBe('proxy', `${EXPECTED} with its user and password percent-encoded`, option);
  }
}
