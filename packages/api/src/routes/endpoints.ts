import { type Endpoint, type EndpointChanges, isSenderError } from '@countersign/sender';
import { entityTag, expectedRevision, revisionMismatch } from '../request/if-match.js';
import { components, strictObject } from '../schemas/components.js';
import { endpointAnswer, endpointPage, endpointWithSecretAnswer } from '../schemas/endpoint.js';
import {
  endpointChanges,
  endpointInput,
  endpointReplacement,
  ownEndpointInput,
} from '../schemas/endpoint-input.js';
import { pageQuery } from '../schemas/page-query.js';
import { FOR_OPERATORS, tenantName } from '../schemas/tenant.js';
import { changesOf, choicesOf, replacementOf, wireEndpoint } from '../wire/endpoint.js';
import { type Call, defineRoute, newTenant, nothing, type Route, scopeOf } from './route.js';
import { etag, shown } from './shown.js';

const ifMatch = {
  name: 'If-Match',
  description: 'The `ETag` of the endpoint as it was read: refused with 412 where it has changed since.',
};

const create = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks',
  operationId: 'createEndpoint',
  tag: 'webhooks',
  summary: 'Creates an endpoint',
  description: 'The answer is the only one that carries the secret.',
  access: 'endpoints:write',
  body: endpointInput,
  others: { body: ownEndpointInput },
  answer: {
    status: 201,
    description: 'The endpoint, with its secret.',
    schema: endpointWithSecretAnswer,
    headers: [{ name: 'Location', description: 'Its path, relative to that of the request.' }, etag],
  },
  problems: ['endpoint_conflict'],
  async handle({ sender, caller, body }) {
    const { url, secret, active } = body;
    const tenant = newTenant(caller, body.tenant);
    const created = await sender.endpoints.create({
      ...choicesOf(body),
      url,
      secret,
      enabled: active,
      tenant,
    });
    return {
      content: { data: { ...wireEndpoint(created), secret: created.secret } },
      headers: { location: `webhooks/${created.id}`, etag: entityTag(created.revision) },
    };
  },
});

const list = defineRoute({
  ...nothing,
  method: 'get',
  path: '/webhooks',
  operationId: 'listEndpoints',
  tag: 'webhooks',
  summary: 'Lists endpoints, the oldest first',
  access: 'endpoints:read',
  query: strictObject({
    ...pageQuery,
    tenant: tenantName.optional().register(components, {
      description: 'For operators alone: the endpoints of this tenant. Default: of all.',
    }),
  }),
  others: { query: strictObject(pageQuery, FOR_OPERATORS) },
  answer: { status: 200, description: 'A page of endpoints.', schema: endpointPage },
  problems: ['invalid_cursor'],
  async handle({ sender, caller, query }) {
    const { tenant = caller.tenant, limit, cursor } = query;
    const { data, nextCursor } = await sender.endpoints.list({ tenant, limit, cursor });
    return { content: { data: data.map(wireEndpoint), next_cursor: nextCursor ?? null } };
  },
});

const get = defineRoute({
  ...nothing,
  method: 'get',
  path: '/webhooks/{id}',
  operationId: 'getEndpoint',
  tag: 'webhooks',
  summary: 'Reads an endpoint',
  access: 'endpoints:read',
  answer: { status: 200, description: 'The endpoint.', schema: endpointAnswer, headers: [etag] },
  problems: ['unknown_endpoint'],
  handle: async (call) => shown(await call.sender.endpoints.get(call.id, scopeOf(call))),
});

const replace = defineRoute({
  ...nothing,
  method: 'put',
  path: '/webhooks/{id}',
  operationId: 'replaceEndpoint',
  tag: 'webhooks',
  summary: 'Replaces what was chosen for an endpoint',
  description:
    'What is left out is taken back, but for `headers` and `active`, which stay, as the secret does.',
  access: 'endpoints:write',
  body: endpointReplacement,
  isConditional: true,
  headers: [ifMatch],
  answer: { status: 200, description: 'The endpoint as it is now.', schema: endpointAnswer, headers: [etag] },
  problems: ['unknown_endpoint', 'endpoint_conflict', 'revision_mismatch'],
  handle: async (call) => shown(await changed(call, replacementOf(call.body), call.body.active)),
});

const change = defineRoute({
  ...nothing,
  method: 'patch',
  path: '/webhooks/{id}',
  operationId: 'changeEndpoint',
  tag: 'webhooks',
  summary: 'Changes an endpoint',
  description: 'What is left out stays; `null` takes a choice back. At least one member is needed.',
  access: 'endpoints:write',
  body: endpointChanges,
  isConditional: true,
  headers: [ifMatch],
  answer: { status: 200, description: 'The endpoint as it is now.', schema: endpointAnswer, headers: [etag] },
  problems: ['unknown_endpoint', 'endpoint_conflict', 'revision_mismatch'],
  handle: async (call) => shown(await changed(call, changesOf(call.body), call.body.active)),
});

const remove = defineRoute({
  ...nothing,
  method: 'delete',
  path: '/webhooks/{id}',
  operationId: 'deleteEndpoint',
  tag: 'webhooks',
  summary: 'Deletes an endpoint',
  description: 'What is pending there is skipped. Its deliveries stay readable until they are pruned.',
  access: 'endpoints:write',
  answer: { status: 204, description: 'It is deleted.' },
  problems: ['unknown_endpoint'],
  async handle(call) {
    await call.sender.endpoints.delete(call.id, scopeOf(call));
    return { content: undefined };
  },
});

/** The management of endpoints. */
export const endpointRoutes: readonly Route[] = [create, list, get, replace, change, remove];

async function changed(
  call: Call<unknown, unknown>,
  changes: EndpointChanges,
  active: boolean | undefined,
): Promise<Endpoint> {
  const { endpoints } = call.sender;
  const endpoint = await updated(call, changes);
  if (active === undefined || active === (endpoint.status === 'enabled')) return endpoint;
  return active ? endpoints.enable(call.id, scopeOf(call)) : endpoints.disable(call.id, scopeOf(call));
}

async function updated(call: Call<unknown, unknown>, changes: EndpointChanges): Promise<Endpoint> {
  const revision = expectedRevision(call.headers);
  try {
    return await call.sender.endpoints.update(call.id, changes, {
      ...scopeOf(call),
      expectedRevision: revision,
    });
  } catch (error) {
    if (revision !== undefined && isSenderError(error) && error.code === 'endpoint_conflict')
      throw revisionMismatch(error);
    throw error;
  }
}
