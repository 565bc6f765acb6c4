import { createReceiver, type KeyRing, keyRing, standardWebhooks, type TenantKeys } from '@countersign/core';
import { countersign } from '@countersign/fastify';
import Fastify from 'fastify';

const PREFIX = 'WEBHOOK_SECRET_';

/** `WEBHOOK_SECRET_ACME` is the secret of `acme`. A real service asks its database, and caches the key rings. */
const tenants = new Map<string, KeyRing>();
for (const [name, secret] of Object.entries(process.env)) {
  if (!name.startsWith(PREFIX) || secret === undefined) continue;
  tenants.set(name.slice(PREFIX.length).toLowerCase(), keyRing(secret, standardWebhooks));
}

/**
 * Whoever looks at the request names the tenant: it becomes part of the replay key, so that the same id of two
 * tenants is two events. `undefined` is answered as a wrong signature is: strangers learn of no tenant.
 */
function tenantKeys(request: { readonly url: string }): TenantKeys | undefined {
  const { pathname } = new URL(request.url, 'http://localhost');
  const tenant = pathname.split('/').at(-1) ?? '';
  const secrets = tenants.get(tenant);
  return secrets === undefined ? undefined : { tenant, secrets };
}

const receiver = createReceiver({
  secrets: tenantKeys,
  onOutcome(outcome) {
    if (outcome.kind === 'notice') return console.warn(outcome.code, outcome.message);
    const { code, tenant, keyId } = outcome;
    // Without a key id no signature held: then the tenant is only what the path says.
    console.log(`${keyId === undefined ? 'somebody' : tenant}: ${code}`);
  },
}).on('*', (event, { delivery }) => {
  console.log(`${delivery.tenant}: ${event.type} (${event.id})`);
});

const app = Fastify();
app.register(countersign, { receiver, path: '/webhooks/:tenant' });
const url = await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
console.log(`listening on port ${new URL(url).port}`);

process.once('SIGTERM', () => void app.close());
