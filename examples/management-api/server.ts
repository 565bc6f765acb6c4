import { apiKeys, createManagementApi, type Scope } from '@countersign/api';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { createSender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { serve } from '@hono/node-server';

const scopes: readonly Scope[] = ['events:write', 'endpoints:read', 'endpoints:write'];

// Receivers on this machine, to try it out: never where others choose the URLs.
const isLocal = process.env['LOCAL_RECEIVERS'] === 'yes';

const sender = createSender({
  store: sqliteStore({ path: process.env['DATABASE'] ?? 'webhooks.db' }),
  provider: empJobQueue,
  allowHttp: isLocal,
  allowPrivateNetworks: isLocal,
});

// Keys are held as SHA-256 alone: `printf %s "$KEY" | sha256sum` makes one of a key.
const api = createManagementApi(sender, {
  authenticate: apiKeys([
    { sha256: process.env['API_KEY_SHA256'] ?? '', tenant: 'acme', scopes },
    ...operators(process.env['OPERATOR_KEY_SHA256']),
  ]),
  basePath: '/api',
});

function operators(sha256: string | undefined) {
  if (sha256 === undefined) return [];
  return [{ sha256, tenant: '*', scopes: [...scopes, 'metrics:read' as const] }];
}

await sender.start();
const server = serve({ fetch: api.fetch, port: Number(process.env['PORT'] ?? 3000) }, (info) =>
  console.log(`listening on port ${info.port}`),
);

// Requests first, then deliveries under way: what is cut off is still in the record.
process.once('SIGTERM', () => server.close(() => void sender.stop()));
