import { deliveryRoutes } from './deliveries.js';
import { endpointActionRoutes } from './endpoint-actions.js';
import { endpointRoutes } from './endpoints.js';
import { eventRoutes } from './events.js';
import type { Route } from './route.js';
import { systemRoutes } from './system.js';

/** All there is. */
export const routes: readonly Route[] = [
  ...endpointRoutes,
  ...endpointActionRoutes,
  ...deliveryRoutes,
  ...eventRoutes,
  ...systemRoutes,
];

/** The methods of each path, as `Allow` lists them. */
export const methodsOfPaths: ReadonlyMap<string, readonly string[]> = methodsByPath();

function methodsByPath(): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const { method, path } of routes) {
    const methods = byPath.get(path) ?? [];
    methods.push(method.toUpperCase());
    if (method === 'get') methods.push('HEAD');
    byPath.set(path, methods);
  }
  return byPath;
}
