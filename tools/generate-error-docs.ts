/**
 * Writes docs/errors.md from the error tables. With `--check` it writes nothing, and fails where the page differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { managementErrors } from '../packages/api/src/problem/management-errors.js';
import { managementWarnings } from '../packages/api/src/problem/management-warnings.js';
import {
  configurationErrors,
  deliveryErrors,
  type ErrorExplanation,
  outcomes,
} from '../packages/core/src/errors/error-table.js';
import { senderErrors } from '../packages/sender/src/errors/sender-errors.js';
import { attemptErrors, senderNotices } from '../packages/sender/src/errors/sender-notices.js';

const page = join(resolve(import.meta.dirname, '..'), 'docs/errors.md');

interface Row extends ErrorExplanation {
  readonly status?: number;
  readonly retryable?: boolean;
}

function section(title: string, introduction: string, rows: Readonly<Record<string, Row>>): string {
  return [`## ${title}`, introduction, ...Object.entries(rows).map(entry)].join('\n\n');
}

function entry([code, { status, retryable, explanation, fix }]: [string, Row]): string {
  return [
    `### \`${code}\``,
    ...(status === undefined ? [] : [`**${status}**${repeating(retryable)}.`]),
    explanation,
    `**What to do**: ${fix}`,
  ].join('\n\n');
}

function repeating(retryable: boolean | undefined): string {
  if (retryable === undefined) return '';
  return retryable ? ', a repeat can succeed' : ', repeating it alone does not help';
}

/** The whole page. */
export function errorDocs(): string {
  return [
    '<!-- Written by tools/generate-error-docs.ts from the tables of core, sender and api. -->',
    '# Errors',
    'The same texts are in the packages: `errorTable` of core, `senderErrors`, `senderNotices` and `attemptErrors` of the sender, `managementErrors` of the API, each with `explanation` and `fix` for a code.',
    '# Receiving',
    'What is sent to the caller says no more than its status; code, message and cause go to `onOutcome`.',
    section(
      'Deliveries',
      'The `code` of a `WebhookError` and of a refused outcome, with the HTTP status that answers it. Senders repeat by their own rules, whatever the status.',
      deliveryErrors,
    ),
    section(
      'Outcomes and notices',
      'Told to `onOutcome` alone. `commit_failed` is a delivery that was answered 2xx; the others are notices, beside any answer.',
      outcomes,
    ),
    section(
      'Configuration',
      'The `code` of a `ConfigurationError`: the program is wrong, not a delivery. Thrown where the mistake is written, in one sentence that names the field, what it must be and the kind of what it was.',
      configurationErrors,
    ),
    '# Sending',
    section(
      'Calls',
      'The `code` of a `SenderError`, with the status by which the management API answers it; `field` names the argument. What is 503 can be made again.',
      senderErrors,
    ),
    section(
      'Attempts',
      "How an attempt's `error` in the record begins where there was no answer. All are retried. Beside them: `redirects are not followed`, with the status; and, as failures at once, what the policy for URLs forbids by now, and `cannot be written`, for an event that the provider does not take.",
      attemptErrors,
    ),
    section('Notices', 'Told to `onEvent` and observers.', senderNotices),
    section('Management API', 'The `code` of a problem, beside those of calls.', managementErrors),
    section('Warnings of the management API', 'The `code` of a process warning.', managementWarnings),
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
