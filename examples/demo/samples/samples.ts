import type { StandardSchema } from '@countersign/core';

/** One payload for each event type of a catalog: a type that is forgotten, or misshapen, does not compile. */
export type Samples<Catalog> = {
  readonly [Type in keyof Catalog]: Catalog[Type] extends StandardSchema<infer _Input, infer Data>
    ? Data
    : never;
};

/** Goes into the ids of a payload: payloads with different serials are different events. */
export type Serial = number;
