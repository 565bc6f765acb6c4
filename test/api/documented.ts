import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** As much of an OpenAPI document as the tests look at. */
export interface OpenApi {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Operation {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content; readonly headers?: object }>>;
}

interface Content {
  readonly [mediaType: string]: { readonly schema: Schema };
}

interface Schema {
  readonly $ref?: string;
  readonly examples?: readonly unknown[];
}

/** Says what of an answer is not as the document has it; nothing where all is. */
export type AnswerCheck = (method: string, path: string, response: Response) => Promise<string | undefined>;

/** Holds answers against a document. */
export function answerCheck(document: OpenApi): AnswerCheck {
  const schemaFault = schemaCheck(document);
  return async (method, path, response) => {
    const mediaType = response.headers.get('content-type');
    const operation = operationOf(document, method, path);
    if (operation === undefined) {
      return mediaType === 'application/problem+json' ? undefined : `an answer without a place: ${mediaType}`;
    }
    const documented = operation.responses[response.status];
    if (documented === undefined) return `${operation.operationId} has no ${response.status} in the document`;
    if (documented.content === undefined)
      return mediaType === null ? undefined : `there should be no content`;
    if (mediaType === null) return method === 'HEAD' ? undefined : 'the content is missing';
    const schema = documented.content[mediaType]?.schema;
    if (schema === undefined) return `${operation.operationId} ${response.status} is no ${mediaType}`;
    const text = await response.text();
    return text === ''
      ? undefined
      : schemaFault(schema, mediaType.includes('json') ? JSON.parse(text) : text);
  };
}

/** What is wrong with a value by a schema of the document. */
export function schemaCheck(document: OpenApi): (schema: object, value: unknown) => string | undefined {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  formats.default(ajv);
  ajv.addSchema({ $id: 'https://example.com/openapi', ...document });
  return (schema, value) => {
    const validate = ajv.compile(absolute(schema));
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
}

/** The operation of a path with its ids filled in. */
export function operationOf(document: OpenApi, method: string, path: string): Operation | undefined {
  const segments = path.split('?')[0]?.split('/') ?? [];
  for (const [template, operations] of Object.entries(document.paths)) {
    const parts = template.split('/');
    const fits = parts.every((part, index) => part.startsWith('{') || part === segments[index]);
    if (fits && parts.length === segments.length)
      return operations[method === 'HEAD' ? 'get' : method.toLowerCase()];
  }
  return undefined;
}

function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://example.com/openapi#/'));
}
