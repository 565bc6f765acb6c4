import { isWellFormed } from '@countersign/core/strict';
import { inputFault, invalidInput } from '../errors/invalid-input.js';
import { checkPart } from '../errors/names.js';
import type { EventFilters } from '../ports/records.js';

const MAX_ENTRIES = 100;
const MAX_LENGTH = 256;
const TEXT_FILTERS = ['job_types', 'machine_ids', 'worker_ids'] as const;
const KNOWN = [...TEXT_FILTERS, 'job_priorities', 'custom_filters'];

/** Filters, checked: bounded lists of texts and numbers, and dot paths with plain values. */
export function checkedFilters(filters: unknown): EventFilters | undefined {
  if (filters === undefined) return undefined;
  if (!isRecord(filters)) throw invalidInput('filters', 'an object', filters);
  checkPart('filters', filters, KNOWN);
  const texts = (name: (typeof TEXT_FILTERS)[number]): readonly string[] | undefined =>
    listOf(`filters.${name}`, filters[name], isText, `a text of 1 to ${MAX_LENGTH} characters`);
  const checked: EventFilters = {
    job_types: texts('job_types'),
    job_priorities: listOf('filters.job_priorities', filters['job_priorities'], isNumber, 'a finite number'),
    machine_ids: texts('machine_ids'),
    worker_ids: texts('worker_ids'),
    custom_filters: customFilters(filters['custom_filters']),
  };
  return Object.values(checked).every((value) => value === undefined) ? undefined : checked;
}

function listOf<Entry>(
  field: string,
  list: unknown,
  isEntry: (entry: unknown) => entry is Entry,
  expected: string,
): readonly Entry[] | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_ENTRIES) {
    throw invalidInput(field, `a list of 1 to ${MAX_ENTRIES} entries`, list);
  }
  // Not `map`, which passes over holes.
  return Array.from(list, (entry: unknown, index) => {
    if (!isEntry(entry)) throw invalidInput(`${field}[${index}]`, expected, entry);
    return entry;
  });
}

type PlainValue = string | number | boolean | null;

function customFilters(custom: unknown): Readonly<Record<string, PlainValue>> | undefined {
  const field = 'filters.custom_filters';
  if (custom === undefined) return undefined;
  if (!isRecord(custom)) throw invalidInput(field, 'an object of dot paths and values', custom);
  const entries = Object.entries(custom);
  if (entries.length > MAX_ENTRIES) throw inputFault(field, `must have at most ${MAX_ENTRIES} paths`);
  const checked = new Map<string, PlainValue>();
  for (const [path, value] of entries) {
    if (!isText(path) || path.split('.').includes('')) {
      throw inputFault(
        field,
        `has a path that is none: names with dots between them, of 1 to ${MAX_LENGTH} characters`,
      );
    }
    const expected = `a text of at most ${MAX_LENGTH} characters, a finite number, a boolean or null`;
    if (!isPlainValue(value)) throw invalidInput(`${field}.${path}`, expected, value);
    checked.set(path, value);
  }
  return Object.fromEntries(checked);
}

function isPlainValue(value: unknown): value is PlainValue {
  return value === null || value === '' || typeof value === 'boolean' || isText(value) || isNumber(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_LENGTH && isWellFormed(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
