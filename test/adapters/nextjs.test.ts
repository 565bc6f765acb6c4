import { adapterContract } from '@countersign/testing';
import { afterAll, describe, test, vi } from 'vitest';
import { serveNext, startNext } from './nextjs.js';

const next = await startNext();
afterAll(() => next.close());
// Next.js writes what routes throw to the console.
vi.spyOn(console, 'error').mockImplementation(() => {});

describe.each([
  ['app', 'handler'],
  ['app', 'guard'],
  ['pages', 'handler'],
] as const)('next.js 16, %s router, %s', (router, mode) => {
  const adapter = `next.js 16, ${router} router`;
  const cases = adapterContract({
    adapter,
    mode,
    serve: (setup) => serveNext(next, setup, mode, router),
    cannot: {
      'the `secrets` function sees the request as the client sent it':
        'it parses the query of every request and writes it again, `%20` as `+`',
    },
  });
  for (const { title, run } of cases) test(title, () => run());
});
