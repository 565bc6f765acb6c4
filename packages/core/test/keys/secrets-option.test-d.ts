import { keyRing } from '../../src/keys/key-ring.js';
import type { SecretsOption } from '../../src/keys/secrets-option.js';
import type { WebhookRequest } from '../../src/request/webhook-request.js';
import { createVerifier } from '../../src/verify/create-verifier.js';

const secret = process.env['WEBHOOK_SECRET'];

createVerifier({ secrets: 'a' });
createVerifier({ secrets: () => secret });
createVerifier({ secrets: async () => keyRing('a') });
createVerifier({ secrets: (request) => ({ tenant: request.url, secrets: 'a' }) });
createVerifier({ secrets: async (request) => ({ tenant: request.url, secrets: keyRing('a') }) });
createVerifier({
  secrets: (request) => (request.url === '/' ? undefined : { tenant: 'a', secrets: ['a', 'b'] }),
});

// @ts-expect-error a variable that may be missing is read late
createVerifier({ secrets: secret });
// @ts-expect-error a resolver that reads the request names the tenant
createVerifier({ secrets: (request: WebhookRequest) => request.url });
// @ts-expect-error also where it answers later
createVerifier({ secrets: async (request: WebhookRequest) => keyRing(request.url) });
// @ts-expect-error a tenant without secrets
export const noSecrets: SecretsOption = (_request: WebhookRequest) => ({ tenant: 'a' });
// @ts-expect-error a secret is no number
export const number: SecretsOption = 1234567890123456;
