import { type ProblemCode, rowOf } from '../problem/management-errors.js';
import { type HeaderNote, nothing, type Route } from '../routes/route.js';
import { problem } from '../schemas/problem.js';
import { grouped } from './grouped.js';
import { type Json, membersOf, schemaOf } from './schemas.js';

const IN_PATHS: Readonly<Record<string, string>> = { id: 'The endpoint.', deliveryId: 'The delivery.' };
const OF_THE_KNOWN: readonly ProblemCode[] = [
  'unauthenticated',
  'authentication_unavailable',
  'unavailable',
  'internal_error',
];
const OF_CHANGES: readonly ProblemCode[] = [
  'invalid_json',
  'cross_site_request',
  'body_timeout',
  'body_too_large',
  'body_already_parsed',
  'unsupported_media_type',
];

/** A route as an operation of the document. */
export function operationOf(route: Route): Json {
  const { operationId, tag, summary, description, access } = route;
  const parameters = [...inPath(route), ...inQuery(route), ...inHeaders(route)];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: access === 'everybody' ? [] : [{ bearer: access === 'authenticated' ? [] : [access] }],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== nothing.body && { requestBody: requestBodyOf(route) }),
    responses: { ...success(route), ...refusals(route) },
  };
}

function inPath({ path }: Route): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: IN_PATHS[name],
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,128}$' },
  }));
}

function inQuery({ query }: Route): readonly Json[] {
  return membersOf(query).map(({ name, schema, required }) => ({ name, in: 'query', required, schema }));
}

function inHeaders({ headers = [] }: Route): readonly Json[] {
  return headers.map(({ name, description }) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }));
}

function requestBodyOf({ body }: Route): Json {
  const required = !body.safeParse({}).success;
  return { required, content: { 'application/json': { schema: schemaOf(body) } } };
}

function success({ answer }: Route): Json {
  const { status, description, schema, mediaType = 'application/json', headers = [] } = answer;
  return {
    [status]: {
      description,
      ...(headers.length > 0 && { headers: Object.fromEntries(headers.map(headerOf)) }),
      ...(schema !== undefined && { content: { [mediaType]: { schema: schemaOf(schema) } } }),
    },
  };
}

function headerOf({ name, description }: HeaderNote): readonly [string, Json] {
  return [name, { description, schema: { type: 'string' } }];
}

function refusals(route: Route): Json {
  const byStatus = grouped(codesOf(route), (code) => rowOf(code).status);
  const responses = [...byStatus].map(([status, codes]) => {
    const description = codes.map((code) => `\`${code}\`: ${rowOf(code).explanation}`).join('\n\n');
    return [status, { description, content: { 'application/problem+json': { schema: schemaOf(problem) } } }];
  });
  return { ...alternative(route), ...Object.fromEntries(responses) };
}

/** The one answer that is neither success nor problem. */
function alternative({ otherwise }: Route): Json {
  if (otherwise === undefined) return {};
  const { status, description, schema } = otherwise;
  return { [status]: { description, content: { 'application/json': { schema: schemaOf(schema) } } } };
}

function codesOf({ access, operatorsOnly, method, query, problems = [] }: Route): readonly ProblemCode[] {
  const takesInput = method !== 'get' || membersOf(query).length > 0;
  return [
    ...(access === 'everybody' ? [] : OF_THE_KNOWN),
    ...(access === 'everybody' || access === 'authenticated' ? [] : ['missing_scope' as const]),
    ...(operatorsOnly === true ? ['operators_only' as const] : []),
    ...(method === 'get' ? [] : OF_CHANGES),
    ...(takesInput ? ['invalid_input' as const] : []),
    ...problems,
  ];
}
