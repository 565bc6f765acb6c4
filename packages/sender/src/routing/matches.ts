import { isJsonObject } from '@countersign/core/strict';
import type { EventFilters } from '../ports/records.js';

/** Where the named filters look. */
const fields = {
  job_types: 'job_type',
  job_priorities: 'job_priority',
  machine_ids: 'machine_id',
  worker_ids: 'worker_id',
} as const;

/**
 * Whether an event's data passes all filters. A filter whose field the data does not have does not match. In lists of
 * texts `*` stands for any characters; numbers and custom filters are compared as they are.
 *
 * @example
 * matchesFilters({ machine_ids: ['prod-*'] }, { machine_id: 'prod-7' }); // true
 */
export function matchesFilters(filters: EventFilters, data: unknown): boolean {
  const { job_types, job_priorities, machine_ids, worker_ids, custom_filters = {} } = filters;
  const allows = (wanted: readonly (string | number)[] | undefined, field: string): boolean => {
    if (wanted === undefined) return true;
    const value = memberAt(data, field);
    return wanted.some((one) => matchesValue(one, value));
  };
  return (
    allows(job_types, fields.job_types) &&
    allows(job_priorities, fields.job_priorities) &&
    allows(machine_ids, fields.machine_ids) &&
    allows(worker_ids, fields.worker_ids) &&
    Object.entries(custom_filters).every(([path, wanted]) => memberAt(data, path) === wanted)
  );
}

function matchesValue(wanted: string | number, value: unknown): boolean {
  if (typeof wanted === 'string' && typeof value === 'string') return matchesGlob(wanted, value);
  return wanted === value;
}

/** Own members of objects only: neither what every object inherits nor an array's `length` is data. */
function memberAt(data: unknown, path: string): unknown {
  let value = data;
  for (const name of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * Whether a text matches a glob in which `*` stands for any characters, none included. Each part between stars is
 * looked for once, behind the one before it: nothing is tried twice.
 *
 * @example
 * matchesGlob('prod-*-gpu', 'prod-eu-7-gpu'); // true
 */
export function matchesGlob(glob: string, text: string): boolean {
  const [first = '', ...others] = glob.split('*');
  const last = others.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of others) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
