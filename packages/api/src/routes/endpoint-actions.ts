import { entityTag } from '../request/if-match.js';
import { memberTexts } from '../request/json-parts.js';
import { statsAnswer } from '../schemas/delivery.js';
import { endpointAnswer, endpointWithSecretAnswer } from '../schemas/endpoint.js';
import { rotation } from '../schemas/endpoint-input.js';
import { testAnswer, testInput } from '../schemas/event.js';
import { wireStats } from '../wire/delivery.js';
import { wireEndpoint } from '../wire/endpoint.js';
import { jsonText, wireTestResult } from '../wire/event.js';
import { defineRoute, nothing, type Route, scopeOf } from './route.js';
import { etag, shown } from './shown.js';

const test = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks/{id}/test',
  operationId: 'testEndpoint',
  tag: 'webhooks',
  summary: 'Posts a test event to an endpoint',
  description: 'At once and once, whether it is active or not. It leaves nothing in the record.',
  access: 'endpoints:write',
  body: testInput,
  answer: { status: 200, description: 'What the endpoint made of it.', schema: testAnswer },
  problems: ['unknown_endpoint', 'event_too_large'],
  async handle({ sender, caller, id, body, bodyText }) {
    const options = {
      tenant: caller.tenant,
      type: body.type,
      data: jsonText(memberTexts(bodyText).get('data')),
    };
    return { content: { data: wireTestResult(await sender.endpoints.test(id, options)) } };
  },
});

const enable = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks/{id}/enable',
  operationId: 'enableEndpoint',
  tag: 'webhooks',
  summary: 'Enables an endpoint',
  description: 'What was skipped meanwhile stays so until `recover`.',
  access: 'endpoints:write',
  answer: { status: 200, description: 'The endpoint as it is now.', schema: endpointAnswer, headers: [etag] },
  problems: ['unknown_endpoint', 'endpoint_conflict'],
  handle: async (call) => shown(await call.sender.endpoints.enable(call.id, scopeOf(call))),
});

const disable = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks/{id}/disable',
  operationId: 'disableEndpoint',
  tag: 'webhooks',
  summary: 'Disables an endpoint',
  description: 'What is pending there, and events to come, are skipped.',
  access: 'endpoints:write',
  answer: { status: 200, description: 'The endpoint as it is now.', schema: endpointAnswer, headers: [etag] },
  problems: ['unknown_endpoint', 'endpoint_conflict'],
  handle: async (call) => shown(await call.sender.endpoints.disable(call.id, scopeOf(call))),
});

const rotateSecret = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks/{id}/rotate-secret',
  operationId: 'rotateSecret',
  tag: 'webhooks',
  summary: 'Gives an endpoint a new secret',
  description: 'The answer is the only one that carries it.',
  access: 'endpoints:write',
  body: rotation,
  answer: {
    status: 200,
    description: 'The endpoint, with its new secret.',
    schema: endpointWithSecretAnswer,
    headers: [etag],
  },
  problems: ['unknown_endpoint', 'endpoint_conflict'],
  async handle({ sender, caller, id, body }) {
    const { secret, overlap_seconds: overlapSeconds } = body;
    const options = { tenant: caller.tenant, secret, overlapSeconds };
    const rotated = await sender.endpoints.rotateSecret(id, options);
    return {
      content: { data: { ...wireEndpoint(rotated), secret: rotated.secret } },
      headers: { etag: entityTag(rotated.revision) },
    };
  },
});

const stats = defineRoute({
  ...nothing,
  method: 'get',
  path: '/webhooks/{id}/stats',
  operationId: 'endpointStats',
  tag: 'webhooks',
  summary: 'Numbers of an endpoint',
  description: 'Of the last 24 hours in whole hours, and as it is now.',
  access: 'endpoints:read',
  answer: { status: 200, description: 'Its numbers.', schema: statsAnswer },
  problems: ['unknown_endpoint'],
  handle: async (call) => ({
    content: { data: wireStats(await call.sender.endpoints.stats(call.id, scopeOf(call))) },
  }),
});

/** What is done with one endpoint beside changing it. */
export const endpointActionRoutes: readonly Route[] = [test, enable, disable, rotateSecret, stats];
