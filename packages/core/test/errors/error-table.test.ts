import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type AcceptedOutcome,
  errorTable,
  type Notice,
  WebhookError,
  type WebhookErrorCode,
} from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { errorDocs } from '../../../../tools/generate-error-docs.js';
import { senderErrors } from '../../../sender/src/errors/sender-errors.js';
import { senderNotices } from '../../../sender/src/errors/sender-notices.js';
import { errorCodes } from '../../src/errors/error-codes.js';

const root = resolve(import.meta.dirname, '../../../..');
const sources = globSync('packages/*/src/**/*.ts', { cwd: root, exclude: ['**/*.d.ts'] });

/** Errors that are made, the code that ends a call of `mustBe`, and notices. */
const patterns = [
  /new (?:WebhookError|ConfigurationError|SenderError)\(\s*'(\w+)'/g,
  /kind: 'notice',\s*code: '(\w+)'/g,
  /\bmustBe\([^;]*?,\s*'([a-z]+_[a-z_]+)',?\s*\)/g,
];

function isWebhookErrorCode(code: string): code is WebhookErrorCode {
  return Object.hasOwn(errorCodes, code);
}

/** Where each code is made. */
function codesInSources(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const source of sources) {
    const text = readFileSync(join(root, source), 'utf8');
    for (const pattern of patterns) {
      for (const [, code = ''] of text.matchAll(pattern)) found.set(code, source);
    }
  }
  return found;
}

const tables = { ...errorTable, ...senderErrors, ...senderNotices };

describe('the error table', () => {
  it('has a row for every code that the sources make', () => {
    const made = codesInSources();
    expect(made.size).toBeGreaterThan(25);
    const missing = [...made].filter(([code]) => !(code in tables));
    expect(missing).toEqual([]);
  });

  it('explains no code that the sources never use', () => {
    const text = sources
      .filter((source) => !/\/errors\/(?:error|sender)-/.test(source))
      .map((source) => readFileSync(join(root, source), 'utf8'))
      .join('\n');
    const unused = Object.keys(tables)
      .filter((code) => code !== 'invalid_option')
      .filter((code) => !text.includes(`'${code}'`));
    expect(unused).toEqual([]);
  });

  it('says of each delivery what its error answers', () => {
    const codes = Object.keys(errorTable).filter(isWebhookErrorCode);
    expect(codes).toHaveLength(Object.keys(errorCodes).length);
    for (const code of codes) {
      const { status, retryable } = new WebhookError(code, '');
      expect({ code, ...errorTable[code] }).toMatchObject({ code, status, retryable });
    }
  });

  it('explains and mends in whole sentences', () => {
    for (const [code, { explanation, fix }] of Object.entries(errorTable)) {
      expect.soft(explanation, code).toMatch(/^[A-Z`].{20,}\.$/);
      expect.soft(fix, code).toMatch(/^[A-Z`].{20,}\.$/);
    }
  });

  it('covers what `onOutcome` is told beside errors', () => {
    const notices = {
      replay_store_is_local: 0,
      handler_settled_late: 0,
      answer_overdue: 0,
      handler_timeout: 0,
      inbox_unavailable: 0,
    } satisfies Record<Notice['code'], number>;
    const caveat: AcceptedOutcome['code'] = 'commit_failed';
    expect(Object.keys(errorTable)).toEqual(expect.arrayContaining([caveat, ...Object.keys(notices)]));
  });

  it('is what docs/errors.md says', () => {
    expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toBe(errorDocs());
  });

  it('is read by nothing but the index: the receive path does not load its prose', () => {
    const readers = sources.filter((source) =>
      /from '[^']*error-table\.js'/.test(readFileSync(join(root, source), 'utf8')),
    );
    expect(readers).toEqual(['packages/core/src/index.ts']);
  });
});
