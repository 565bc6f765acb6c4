import { z } from 'zod';
import { components } from '../schemas/components.js';

/** A JSON Schema, or any other object of the document. */
export type Json = Readonly<Record<string, unknown>>;

const PREFIX = '#/components/schemas/';
const uri = (id: string): string => PREFIX + id;

/** All schemas that have an id, as the document's components. OpenAPI 3.1 and zod speak the same JSON Schema. */
export function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(components, { metadata: components, uri });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]));
}

/** A schema where it is used: a reference, where it is a component. */
export function schemaOf(schema: z.ZodType): Json {
  const id = components.get(schema)?.id;
  return id === undefined ? inline(schema) : { $ref: uri(id) };
}

/** The members of an object's schema, and which of them must be there. */
export function membersOf(schema: z.ZodType): readonly { name: string; schema: Json; required: boolean }[] {
  const { properties = {}, required = [] } = inline(schema);
  if (typeof properties !== 'object' || properties === null || !Array.isArray(required)) return [];
  return Object.entries<Json>({ ...properties }).map(([name, member]) => ({
    name,
    schema: member,
    required: required.includes(name),
  }));
}

function inline(schema: z.ZodType): Json {
  return bare(z.toJSONSchema(schema, { metadata: components }));
}

/** Without what a schema needs that stands by itself. */
function bare({ $schema: _, $id: __, ...schema }: Json): Json {
  return schema;
}
