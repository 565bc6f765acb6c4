import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Provider, standardWebhooks, unauthenticatedFields } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors/error-codes.js';
import { freshnessSource, identitySource } from '../../src/provider/coverage.js';

const root = resolve(import.meta.dirname, '../../../..');
const page = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The cells of each row of the table that follows a heading. */
function tableAfter(text: string, heading: string): readonly (readonly string[])[] {
  const lines = text.slice(text.indexOf(heading)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('| ---'));
  const rows = lines.slice(start + 1);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((row) => {
      return row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
    });
}

/** The texts in code font of a cell. */
const codes = (cell = ''): readonly string[] =>
  Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code);

function isProvider(value: unknown): value is Provider {
  return typeof value === 'object' && value !== null && 'scheme' in value && 'envelope' in value;
}

const sources = globSync('src/providers/*.ts', { cwd: join(root, 'packages/core') });
const modules = await Promise.all(sources.map((source) => import(join(root, 'packages/core', source))));
const providers = new Map(
  [standardWebhooks, ...modules.flatMap((module) => Object.values(module).filter(isProvider))].map(
    (provider) => [provider.name, provider],
  ),
);

describe('the tables of the documentation', () => {
  it('say of every provider what it authenticates', () => {
    const rows = tableAfter(page('README.md'), '## What each provider authenticates');
    const written = rows.map(([name, identity, freshness, uncovered]) => ({
      name: codes(name)[0],
      identity,
      freshness,
      uncovered: uncovered === 'nothing' ? [] : codes(uncovered),
    }));
    const actual = Array.from(providers.values(), (provider) => ({
      name: provider.name,
      identity: identitySource(provider),
      freshness: freshnessSource(provider),
      uncovered: [...unauthenticatedFields(provider)],
    }));
    expect(written).toEqual(expect.arrayContaining(actual));
    expect(written).toHaveLength(actual.length);
  });

  it('offer every provider, from where it is exported', () => {
    const { exports } = JSON.parse(page('packages/core/package.json'));
    const rows = tableAfter(page('README.md'), '## Choose a provider');
    expect(rows.map(([name]) => codes(name)[0]).toSorted()).toEqual([...providers.keys()].toSorted());
    const missing = rows
      .flatMap(([, from]) => codes(from))
      .filter((from) => {
        return !Object.hasOwn(exports, from.replace('@countersign/core', '.'));
      });
    expect(missing).toEqual([]);
  });

  it('name the headers that authenticate each provider, and give each a section', () => {
    const text = page('docs/providers.md');
    const rows = tableAfter(text, '# Providers');
    const written = new Map(rows.map(([name, headers]) => [codes(name)[0] ?? '', codes(headers).toSorted()]));
    const actual = new Map(
      Array.from(providers.values(), ({ name, scheme }) => [name, [...scheme.headers].toSorted()]),
    );
    expect(written).toEqual(actual);
    for (const name of providers.keys()) expect(text).toContain(`\n## \`${name}\`\n`);
  });

  it('list every code under the status that answers it', () => {
    const written = tableAfter(page('README.md'), '## Answers').flatMap(([status, , cell]) =>
      codes(cell)
        .filter((code) => code !== 'commit_failed')
        .map((code) => [code, Number(status)]),
    );
    const actual = Object.entries(errorCodes).map(([code, { status }]) => [code, status]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(actual));
    expect(written).toHaveLength(actual.length);
  });

  it('show the folders in the order that the linter checks', () => {
    const written = tableAfter(page('docs/architecture.md'), '## Folders are the line').map(
      ([folder]) => codes(folder)[0],
    );
    const list = /const coreFolders = \[([^\]]*)\]/.exec(page('.dependency-cruiser.mjs'))?.[1] ?? '';
    const checked = Array.from(list.matchAll(/'([\w-]+)'/g), ([, folder]) => folder);
    expect(checked.length).toBeGreaterThan(10);
    expect(written).toEqual(checked);
  });
});

describe('the links of the documentation', () => {
  const pages = globSync(
    ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*.md', 'examples/*/*.md'],
    { cwd: root },
  );

  it.each(pages)('%s leads to files and headings that are there', (path) => {
    const broken: string[] = [];
    for (const [, link = ''] of page(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(root, target))) broken.push(link);
      else if (anchor !== undefined && !anchorsOf(page(target)).includes(anchor)) broken.push(link);
    }
    expect(broken).toEqual([]);
  });
});

function anchorsOf(text: string): readonly string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
