/**
 * The part of Standard Schema v1 (standardschema.dev) that is used here: zod, valibot, arktype and many
 * others implement it. Structural, so that no package is needed for it.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Carries the types; it has no value. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** A validated value, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong, and where. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * Types without validation, for providers that ship types and no schemas; on the sending side, what `send` takes.
 *
 * @example
 * createReceiver({ secrets, events: { 'invoice.paid': unvalidated<{ amount: number }>() } });
 */
export function unvalidated<Data>(): StandardSchema<Data> {
  // The one place where a type is taken on trust: its caller asked for exactly that.
  return {
    '~standard': { version: 1, vendor: 'countersign', validate: (value) => ({ value: value as Data }) },
  };
}

/** Whether a value is a Standard Schema; arktype's are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  if (!('~standard' in value)) return false;
  const standard = value['~standard'];
  return (
    typeof standard === 'object' &&
    standard !== null &&
    'validate' in standard &&
    typeof standard.validate === 'function'
  );
}
