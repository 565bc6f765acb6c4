import { createReceiver } from '@countersign/core';

/** Constructs a receiver from options as somebody without a compiler writes them. */
export const construct = (options: unknown): unknown => Reflect.apply(createReceiver, undefined, [options]);
