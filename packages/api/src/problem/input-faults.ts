import type { z } from 'zod';
import { type Fault, invalidParts, ManagementError } from './management-error.js';
import { fieldOf, pointerOf } from './wire-path.js';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

const MOST_FAULTS = 20;
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Where a checked value stands. */
type Place = 'body' | 'query';

/** What a request can say. */
export interface InputSchemas<Query, Body> {
  readonly query: z.ZodType<Query>;
  readonly body: z.ZodType<Body>;
}

/** Query and body as their schemas have them, or `invalid_input` with a sentence of our own for each fault of both. */
export function checked<Query, Body>(
  schemas: InputSchemas<Query, Body>,
  input: { readonly query: unknown; readonly body: unknown },
): { readonly query: Query; readonly body: Body } {
  const query = schemas.query.safeParse(input.query, PARSING);
  const body = schemas.body.safeParse(input.body, PARSING);
  if (query.success && body.success) return { query: query.data, body: body.data };
  const [first, ...rest] = [...faultsIn(query, 'query'), ...faultsIn(body, 'body')];
  if (first === undefined) throw new ManagementError('invalid_input', 'the request cannot be used');
  throw invalidParts([first, ...rest.slice(0, MOST_FAULTS - 1)]);
}

const PARSING = { error: expectation, reportInput: true };

function faultsIn({ error }: z.ZodSafeParseResult<unknown>, place: Place): readonly Fault[] {
  return error?.issues.flatMap((issue) => faultsOf(issue, [], place)) ?? [];
}

/** What a value must be; schemas that know better say so themselves. */
function expectation(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? 'another value';
    case 'invalid_value':
      return issue.values.map((one) => `'${String(one)}'`).join(' or ');
    default:
      return 'another value';
  }
}

function faultsOf(issue: Issue, parents: readonly PropertyKey[], place: Place): readonly Fault[] {
  const path = [...parents, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownMember(path, key, issue, place));
  if (issue.code === 'invalid_union') {
    const meant = meantOption(issue.errors);
    if (meant !== undefined) return meant.flatMap((inner) => faultsOf(inner, path, place));
  }
  return [fault(path, `${subject(path, place)} ${predicate(issue, path)}`, place)];
}

function predicate(issue: Issue, path: readonly PropertyKey[]): string {
  const { input, message } = issue;
  // A schema's whole sentence: what came would say nothing more.
  if (message.startsWith('must ')) return message;
  return input === undefined && path.length > 0
    ? `is missing: it must be ${message}`
    : `must be ${message}, got ${isNumberAskedFor(issue) ? `${input} (number)` : kindOf(input)}`;
}

/** Whether a number came where one was asked for: it is no secret. */
function isNumberAskedFor(issue: Issue): boolean {
  if (typeof issue.input !== 'number') return false;
  if (issue.code === 'invalid_type') return issue.expected === 'number' || issue.expected === 'int';
  return issue.code === 'too_small' || issue.code === 'too_big';
}

/** Never the value: it may be a secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty object' : 'an object';
  return `a ${typeof value}`;
}

function subject(path: readonly PropertyKey[], place: Place): string {
  return path.length === 0 ? `the ${place}` : `\`${fieldOf(path)}\``;
}

function unknownMember(path: readonly PropertyKey[], key: string, { message }: Issue, place: Place): Fault {
  // A name is repeated only where it is short and plain.
  if (!/^\w{1,40}$/.test(key))
    return fault(path, `${subject(path, place)} has an unknown member: ${message}`, place);
  const whole = [...path, key];
  return fault(whole, `\`${fieldOf(whole)}\` is not known here: ${message}`, place);
}

function fault(path: readonly PropertyKey[], detail: string, place: Place): Fault {
  return place === 'body' ? { pointer: pointerOf(path), detail } : { parameter: fieldOf(path), detail };
}

/** The form that was meant: the one that knows more of the members than any other. */
function meantOption(options: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const [best, next] = options.toSorted((a, b) => unknownMembers(a) - unknownMembers(b));
  if (best === undefined || next === undefined) return best;
  return unknownMembers(best) < unknownMembers(next) ? best : undefined;
}

function unknownMembers(issues: readonly Issue[]): number {
  const own = issues.find(({ code, path }) => code === 'unrecognized_keys' && path.length === 0);
  return own?.code === 'unrecognized_keys' ? own.keys.length : 0;
}
