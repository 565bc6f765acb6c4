import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const examples = resolve(import.meta.dirname, '../../examples');
const MAX_LINES = 60;

test('an example is read in a minute: no file of more than 60 lines, but what only the contract needs', () => {
  const files = globSync(
    '{express,fastify,hono,nextjs,key-rotation,multi-tenant,observability,custom-adapters,sender-sqlite,management-api,outbox-postgres,workers-bullmq}/**/*.ts',
    {
      cwd: examples,
      exclude: ['**/node_modules/**', '**/.next/**', '**/next-env.d.ts', 'custom-adapters/serve.ts'],
    },
  );
  const longer = files.filter(
    (file) => readFileSync(join(examples, file), 'utf8').trimEnd().split('\n').length > MAX_LINES,
  );
  expect(files.length).toBeGreaterThan(12);
  expect(longer).toEqual([]);
});
