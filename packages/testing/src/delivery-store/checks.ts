import assert from 'node:assert/strict';
import { MARGIN_MS } from './times.js';

/** A value that must be there. */
export function defined<T>(value: T | undefined, what: string): T {
  assert.notEqual(value, undefined, `${what} is missing`);
  if (value === undefined) throw new Error(what);
  return value;
}

/** The one element of a list. */
export function only<T>(list: readonly T[], what: string): T {
  assert.equal(list.length, 1, `not exactly one: ${what}`);
  return defined(list[0], what);
}

/** A duration as a store with a real clock can tell it. */
export function near(actualMs: number | undefined, expectedMs: number, what: string): void {
  const isNear = actualMs !== undefined && Math.abs(actualMs - expectedMs) <= MARGIN_MS;
  assert.ok(isNear, `${what} is ${actualMs} ms, not about ${expectedMs} ms`);
}

/** Without members that are `undefined`, which a store may give or leave out. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The `code` of what a call rejects with. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
  return undefined;
}

/** All pages of a list, one after the other. */
export async function allPages<T>(
  page: (cursor: string | undefined) => Promise<{ data: readonly T[]; nextCursor: string | undefined }>,
): Promise<readonly (readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  let cursor: string | undefined;
  do {
    const { data, nextCursor } = await page(cursor);
    pages.push(data);
    cursor = nextCursor;
    assert.ok(pages.length <= 100, 'the list does not end');
  } while (cursor !== undefined);
  return pages;
}
