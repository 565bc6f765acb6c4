import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/migrate.md'), 'utf8');

describe('docs/migrate.md', () => {
  test.each(globSync('{before,after}/*.ts', { cwd: import.meta.dirname }))(
    'shows %s as it is tested here',
    (file) => {
      const code = readFileSync(join(import.meta.dirname, file), 'utf8');
      // Readers need not have this workspace's `noPropertyAccessFromIndexSignature`.
      const shown = code.replaceAll(/process\.env\['(\w+)'\]/g, 'process.env.$1');
      expect(page.includes(`\n${shown}\`\`\`\n`), `the page has no block with the code of ${file}`).toBe(
        true,
      );
    },
  );
});
