import { readFileSync } from 'node:fs';

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** A package with the version that is pinned for the tests. */
export function withVersion(name: string): string {
  const { devDependencies } = Object(manifest);
  return `\`${name}\` ${String(Object(devDependencies)[name])}`;
}
