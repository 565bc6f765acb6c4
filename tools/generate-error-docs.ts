/**
 * Writes docs/errors.md from the error table. With `--check` it writes nothing, and fails where the page differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  configurationErrors,
  deliveryErrors,
  type ErrorExplanation,
  outcomes,
} from '../packages/core/src/errors/error-table.js';

const page = join(resolve(import.meta.dirname, '..'), 'docs/errors.md');

interface Row extends ErrorExplanation {
  readonly status?: number;
  readonly retryable?: boolean;
}

function section(title: string, introduction: string, rows: Readonly<Record<string, Row>>): string {
  return [`## ${title}`, introduction, ...Object.entries(rows).map(entry)].join('\n\n');
}

function entry([code, { status, retryable, explanation, fix }]: [string, Row]): string {
  const answer = retryable === true ? 'a repeat can succeed' : 'repeating it alone does not help';
  return [
    `### \`${code}\``,
    ...(status === undefined ? [] : [`**${status}**, ${answer}.`]),
    explanation,
    `**What to do**: ${fix}`,
  ].join('\n\n');
}

/** The whole page. */
export function errorDocs(): string {
  return [
    '<!-- Written by tools/generate-error-docs.ts from packages/core/src/errors/error-table.ts. -->',
    '# Errors',
    'The same texts are in the package: `errorTable[code].explanation` and `errorTable[code].fix`. What is sent to the caller says no more than its status; code, message and cause go to `onOutcome`.',
    section(
      'Deliveries',
      'The `code` of a `WebhookError` and of a refused outcome, with the HTTP status that answers it. Senders repeat by their own rules, whatever the status.',
      deliveryErrors,
    ),
    section(
      'Outcomes and notices',
      'Told to `onOutcome` alone. `commit_failed` is a delivery that was answered 200; the others are notices, beside any answer.',
      outcomes,
    ),
    section(
      'Configuration',
      'The `code` of a `ConfigurationError`: the program is wrong, not a delivery. Thrown where the mistake is written, in one sentence that names the field, what it must be and the kind of what it was.',
      configurationErrors,
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function main(): void {
  if (!process.argv.includes('--check')) {
    writeFileSync(page, errorDocs());
  } else if (readFileSync(page, 'utf8') !== errorDocs()) {
    console.error('docs/errors.md is not what the error table says');
    process.exitCode = 1;
  }
}

if (import.meta.main) main();
