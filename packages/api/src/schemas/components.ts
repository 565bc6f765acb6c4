import { z } from 'zod';

/** What a schema says of itself in the OpenAPI document. One with an `id` is a component there. */
export interface SchemaMeta {
  readonly id?: string;
  readonly description?: string;
  readonly examples?: unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly minProperties?: number;
}

/** Everything that the OpenAPI document knows of schemas. */
export const components = z.registry<SchemaMeta>();

/** An object with these members and no others. `note` says more, where somebody writes another one. */
export function strictObject<Shape extends z.core.$ZodLooseShape>(shape: Shape, note?: string) {
  const names = Object.keys(shape);
  const members = names.length === 0 ? 'no members are' : `the members are ${names.join(', ')}`;
  const sentence = note === undefined ? members : `${members}; ${note}`;
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? sentence : undefined),
  });
}

/** An object that has one of its members at least. */
export function someOf<Shape extends z.core.$ZodLooseShape>(object: z.ZodObject<Shape, z.core.$strict>) {
  const error = `an object with at least one of ${Object.keys(object.shape).join(', ')}`;
  // One that has unknown members alone is told of these.
  return object.refine((value) => Object.keys(value).length > 0, { error, when: isFaultless });
}

/** A text of bounded length. */
export function text(maxLength: number, minLength = 0): z.ZodString {
  const range = minLength === 0 ? `at most ${maxLength}` : `${minLength} to ${maxLength}`;
  const error = `a text of ${range} characters`;
  const bounded = z.string({ error }).max(maxLength, { error });
  return minLength === 0 ? bounded : bounded.min(minLength, { error });
}

/**
 * A text that is an absolute URL. The sender refuses what is none in the same words, but not together with what else
 * there is to refuse.
 */
export function webAddress(bounded: z.ZodString): z.ZodString {
  return bounded
    .refine((value) => URL.canParse(value), {
      error: 'must be an absolute URL such as `https://example.com/webhooks`',
      when: isFaultless,
    })
    .refine((value) => /^https?:$/.test(new URL(value).protocol), {
      error: 'must begin with `https://`',
      when: isFaultless,
    });
}

/** Whether nothing is wrong with a value so far: one fault is enough for each. */
function isFaultless({ issues }: z.core.ParsePayload): boolean {
  return issues.length === 0;
}

/** A whole number from one to another. */
export function wholeNumber(from: number, to: number): z.ZodInt {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

/** A number from one to another. */
export function numberFrom(from: number, to: number): z.ZodNumber {
  const error = `a number from ${from} to ${to}`;
  return z.number({ error }).min(from, { error }).max(to, { error });
}

/** A list of one entry at least. */
export function listOf<Entry extends z.ZodType>(entry: Entry, most: number) {
  const error = `a list of 1 to ${most} entries`;
  return z.array(entry, { error }).min(1, { error }).max(most, { error });
}

/** A text of a form that `expected` puts into words. */
export function textLike(pattern: RegExp, expected: string): z.ZodString {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

/** An object whose names are free. */
export function dictionary<Value extends z.ZodType>(value: Value, of: string) {
  // A record leaves the name `__proto__` out without a word.
  const isPlain = (object: unknown): boolean =>
    typeof object !== 'object' || object === null || !Object.hasOwn(object, '__proto__');
  return z
    .unknown()
    .refine(isPlain, { error: `${of} without \`__proto__\`` })
    .pipe(z.record(z.string(), value));
}

/** One thing, as every answer has it. */
export function answer<Data extends z.ZodType>(id: string, data: Data) {
  return strictObject({ data }).register(components, { id });
}

/** A page of a list. */
export function page<Entry extends z.ZodType>(id: string, entry: Entry) {
  const cursor = z
    .string()
    .nullable()
    .register(components, { description: '`cursor` of the next page; `null` on the last one.' });
  return strictObject({ data: z.array(entry), next_cursor: cursor }).register(components, { id });
}

const ISO_TIME = z.iso.datetime({ offset: true });

/** A time in an answer. */
export const time = z.string().register(components, { format: 'date-time' });

/** A time in a request: ISO 8601 with its zone. */
export const givenTime = z
  .string()
  .refine((value) => ISO_TIME.safeParse(value).success, {
    error: 'a time in ISO 8601 with its zone, such as 2026-01-31T12:00:00Z',
  })
  .register(components, { format: 'date-time' });
