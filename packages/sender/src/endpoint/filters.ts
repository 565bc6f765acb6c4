import { isWellFormed } from '@countersign/core/strict';
import { inputFault, invalidInput } from '../errors/invalid-input.js';
import type { EventFilters } from '../ports/records.js';

const MAX_ENTRIES = 100;
const MAX_LENGTH = 256;
const TEXT_FILTERS = ['job_types', 'machine_ids', 'worker_ids'] as const;
const KNOWN: ReadonlySet<string> = new Set([...TEXT_FILTERS, 'job_priorities', 'custom_filters']);

/** Filters, checked: bounded lists of texts and numbers, and dot paths with plain values. */
export function checkedFilters(filters: unknown): EventFilters | undefined {
  if (filters === undefined) return undefined;
  if (!isRecord(filters)) throw invalidInput('filters', 'an object', filters);
  for (const name of Object.keys(filters)) {
    if (!KNOWN.has(name))
      throw inputFault('filters', `has an unknown filter: the filters are ${[...KNOWN].join(', ')}`);
  }
  const checked: Record<string, unknown> = {};
  for (const name of TEXT_FILTERS) {
    if (filters[name] !== undefined)
      checked[name] = listOf(
        `filters.${name}`,
        filters[name],
        isText,
        `a text of 1 to ${MAX_LENGTH} characters`,
      );
  }
  const { job_priorities: priorities, custom_filters: custom } = filters;
  if (priorities !== undefined) {
    checked['job_priorities'] = listOf(
      'filters.job_priorities',
      priorities,
      Number.isFinite,
      'a finite number',
    );
  }
  if (custom !== undefined) checked['custom_filters'] = customFilters(custom);
  return Object.keys(checked).length === 0 ? undefined : checked;
}

function listOf(
  field: string,
  list: unknown,
  isEntry: (entry: unknown) => boolean,
  expected: string,
): readonly unknown[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_ENTRIES) {
    throw invalidInput(field, `a list of 1 to ${MAX_ENTRIES} entries`, list);
  }
  for (const [index, entry] of list.entries()) {
    if (!isEntry(entry)) throw invalidInput(`${field}[${index}]`, expected, entry);
  }
  return [...list];
}

function customFilters(custom: unknown): Readonly<Record<string, unknown>> {
  const field = 'filters.custom_filters';
  if (!isRecord(custom)) throw invalidInput(field, 'an object of dot paths and values', custom);
  const entries = Object.entries(custom);
  if (entries.length > MAX_ENTRIES) throw inputFault(field, `must have at most ${MAX_ENTRIES} paths`);
  for (const [path, value] of entries) {
    if (!isText(path) || path.split('.').includes('')) {
      throw inputFault(
        field,
        `has a path that is none: names with dots between them, of 1 to ${MAX_LENGTH} characters`,
      );
    }
    const isPlain =
      value === null || isText(value) || value === '' || typeof value === 'boolean' || Number.isFinite(value);
    if (!isPlain)
      throw invalidInput(
        `${field}.${path}`,
        `a text of at most ${MAX_LENGTH} characters, a finite number, a boolean or null`,
        value,
      );
  }
  return Object.fromEntries(entries);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_LENGTH && isWellFormed(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
