import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// Workspace packages and `#crypto` resolve to sources, so that tests need no build and never see an old one.
const conditions = ['@countersign/source', 'module', 'node', 'development|production'];

// Tests of one package stand in it; what crosses packages stands in test/.
const suites = readdirSync('packages').map((name) => ({
  root: `packages/${name}`,
  include: ['test/**/*.test.ts'],
}));
suites.push({ root: 'test', include: ['**/*.test.ts'] });

export default defineConfig({
  test: {
    reporters: ['default', './tools/closing-line-reporter.ts'],
    allowOnly: false,
    maxWorkers: 2,
    projects: suites.map(({ root, include }) => ({
      root,
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      // Two cores may be shared: slow is no failure, and what hangs still ends.
      test: {
        name: root,
        include,
        testTimeout: 20_000,
        hookTimeout: 20_000,
        expect: { poll: { timeout: 15_000 } },
      },
    })),
  },
});
