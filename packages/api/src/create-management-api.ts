import { mustBe } from '@countersign/core/strict';
import { Hono } from 'hono';
import { type ManagementApiOptions, managementSettings } from './management-options.js';
import { openApiDocument } from './openapi/document.js';
import { createPipeline } from './pipeline.js';
import { ManagementError } from './problem/management-error.js';
import { methodsOfPaths, routes } from './routes/routes.js';
import type { ManagedSender, Services } from './routes/services.js';
import { healthCheck } from './system/health.js';
import { senderMetrics } from './system/sender-metrics.js';

/** The API as a fetch handler, for whatever takes one. */
export interface ManagementApi {
  /** Bound, so that it can be passed on as it is. It never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
}

/**
 * The management API of a sender: `/webhooks`, `/events`, `/openapi.json`, `/metrics` and `/health`, relative to where
 * it is mounted. One for each sender: its counters watch the sender as long as that lives.
 *
 * @throws ConfigurationError for options that cannot be used: there is no API without `authenticate`.
 * @example
 * const api = createManagementApi(sender, {
 *   authenticate: apiKeys([{ sha256, tenant: 'acme', scopes: ['endpoints:read', 'endpoints:write'] }]),
 * });
 * app.mount('/api', api.fetch); // Hono
 */
export function createManagementApi(sender: ManagedSender, options: ManagementApiOptions): ManagementApi {
  if (typeof sender?.endpoints?.create !== 'function')
    throw mustBe('sender', 'a sender made by `createSender`', sender);
  const settings = managementSettings(options);
  const { basePath, now, onError } = settings;
  const services = {
    sender,
    metrics: senderMetrics(sender),
    isHealthy: healthCheck(sender, now, onError),
    document: openApi(basePath),
  };
  const { serve, refuse, refusePath } = createPipeline(services, settings);
  const app = new Hono().basePath(basePath);
  for (const route of routes) {
    app.on(route.method.toUpperCase(), pattern(route.path), ({ req }) => serve(req.raw, req.param(), route));
  }
  for (const [path, methods] of methodsOfPaths) {
    app.all(pattern(path), ({ req }) => refuse(req.raw, otherMethod(methods)));
  }
  app.notFound(({ req }) => refusePath(req.raw));
  return { fetch: async (request) => app.fetch(request) };
}

/** The document, made when it is first asked for: that takes longer than all the rest. */
function openApi(basePath: string): Services['document'] {
  let document: ReturnType<Services['document']> | undefined;
  return () => {
    document ??= openApiDocument(routes, basePath);
    return document;
  };
}

/** `/webhooks/{id}` as Hono writes it. */
function pattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function otherMethod(methods: readonly string[]): ManagementError {
  const allow = methods.join(', ');
  return new ManagementError('method_not_allowed', `the methods here are ${allow}`, { headers: { allow } });
}
