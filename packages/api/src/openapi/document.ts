import type { Route } from '../routes/route.js';
import { grouped } from './grouped.js';
import { operationOf } from './operation.js';
import { componentSchemas, type Json } from './schemas.js';

const ABOUT = `Endpoints that subscribe to webhooks, events that are sent to them, and what became of each delivery.

Success is \`{ "data": … }\`, lists have \`next_cursor\` too. What is refused is a problem (RFC 9457) whose \`code\` says why and whose \`errors\` say where. Requests that change something declare \`Content-Type: application/json\`, unless they have no body; members and parameters that are not listed are refused. Times are ISO 8601.

Whoever is authenticated sees the endpoints and deliveries of its own tenant, and no trace of others'.`;

const TAGS = [
  { name: 'webhooks', description: 'Endpoints.' },
  { name: 'deliveries', description: 'What became of events at an endpoint.' },
  { name: 'events', description: 'Intake.' },
  { name: 'system', description: 'The API itself.' },
];

/** The OpenAPI 3.1 document: made of the schemas that requests are checked with. */
export function openApiDocument(routes: readonly Route[], basePath: string): Json {
  return {
    openapi: '3.1.1',
    info: { title: 'Webhooks', version: '1', description: ABOUT },
    // Relative to where the document is: a mount may have taken a prefix away.
    servers: [{ url: basePath === '' ? '.' : basePath }],
    tags: TAGS,
    paths: pathsOf(routes),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key. Each operation lists the scope that it needs.',
        },
      },
      schemas: componentSchemas(),
    },
  };
}

function pathsOf(routes: readonly Route[]): Json {
  const byPath = grouped(routes, ({ path }) => path);
  const paths = [...byPath].map(([path, operations]) => {
    const byMethod = operations.map((route) => [route.method, operationOf(route)]);
    return [path, Object.fromEntries(byMethod)];
  });
  return Object.fromEntries(paths);
}
