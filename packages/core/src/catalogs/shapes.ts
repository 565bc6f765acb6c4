import { z } from 'zod';

/** Schema of one event type's `data`. A catalog checks and changes nothing: what goes in comes out. */
export type DataSchema<Data> = z.ZodType<Data, Data>;

/** An object whose further members pass through unchanged: providers add fields. */
export interface OpenData {
  readonly [member: string]: unknown;
}

/** Data of which the provider's document names no member: any JSON object. */
export const openData: DataSchema<OpenData> = z.looseObject({});
