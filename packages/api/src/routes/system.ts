import { z } from 'zod';
import { components, strictObject } from '../schemas/components.js';
import { defineRoute, nothing, type Reply, type Route } from './route.js';

const status = strictObject({ status: z.enum(['ok', 'unavailable']) }).register(components, {
  id: 'Health',
  examples: [{ status: 'ok' }],
});

const HEALTHY: Reply<z.output<typeof status>> = { content: { status: 'ok' } };
const UNAVAILABLE: Reply<z.output<typeof status>> = { content: { status: 'unavailable' }, status: 503 };

const health = defineRoute({
  ...nothing,
  method: 'get',
  path: '/health',
  operationId: 'health',
  tag: 'system',
  summary: 'Whether the record answers',
  description: 'For load balancers: it needs no authentication, and is asked at most once a second.',
  access: 'everybody',
  // Those who watch add what they like.
  query: z.unknown(),
  answer: { status: 200, description: 'It does.', schema: status },
  otherwise: { status: 503, description: 'It does not.', schema: status },
  handle: async ({ isHealthy }) => ((await isHealthy()) ? HEALTHY : UNAVAILABLE),
});

const metrics = defineRoute({
  ...nothing,
  method: 'get',
  path: '/metrics',
  operationId: 'metrics',
  tag: 'system',
  summary: 'Numbers of the whole sender, for Prometheus',
  description: 'Of all tenants together, and none of one alone.',
  access: 'metrics:read',
  operatorsOnly: true,
  answer: {
    status: 200,
    description: 'The text format of Prometheus.',
    schema: z.string(),
    mediaType: 'text/plain; version=0.0.4; charset=utf-8',
  },
  handle: async (call) => ({ content: await call.metrics() }),
});

const openapi = defineRoute({
  ...nothing,
  method: 'get',
  path: '/openapi.json',
  operationId: 'openapi',
  tag: 'system',
  summary: 'This document',
  access: 'authenticated',
  answer: { status: 200, description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) },
  handle: async ({ document }) => ({ content: document() }),
});

/** What concerns the API itself. */
export const systemRoutes: readonly Route[] = [health, metrics, openapi];
