import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { hasPostgres } from './test/services/reach.js';

// Workspace packages and `#crypto` resolve to sources, so that tests need no build and never see an old one.
const conditions = ['@countersign/source', 'module', 'node', 'development|production'];

// Tests of one package stand in it; what crosses packages stands in test/.
interface Suite {
  readonly name: string;
  readonly root: string;
  readonly include: string[];
  readonly env?: Record<string, string>;
}
const suites = readdirSync('packages').map(
  (name): Suite => ({ name: `packages/${name}`, root: `packages/${name}`, include: ['test/**/*.test.ts'] }),
);
suites.push({ name: 'test', root: 'test', include: ['**/*.test.ts'] });

// What the sender decides is the same on every record: these run on memory, and once more on Postgres.
const decisions = 'history,ordering,outcomes,recovery,retry-after,schedules,subscriptions,tenants';
if (await hasPostgres()) {
  const env = { COUNTERSIGN_STAGE_STORE: 'postgres' };
  suites.push({ name: 'on postgres', root: 'test', include: [`sender/engine/{${decisions}}.test.ts`], env });
}

export default defineConfig({
  test: {
    reporters: ['default', './tools/closing-line-reporter.ts'],
    allowOnly: false,
    maxWorkers: 2,
    projects: suites.map(({ name, root, include, env }) => ({
      root,
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      // Two cores may be shared: slow is no failure, and what hangs still ends.
      test: {
        name,
        include,
        env: env ?? {},
        testTimeout: 20_000,
        hookTimeout: 20_000,
        expect: { poll: { timeout: 15_000 } },
      },
    })),
  },
});
