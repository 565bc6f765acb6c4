import {
  createReceiver,
  createVerifier,
  type KeyRing,
  keyRing,
  type NamedSecret,
  type SecretsOption,
  sign,
  type WebhookRequest,
} from '@countersign/core';
import { holds, type IsAny, type Same } from './expect-type.js';

const text = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
const ring = keyRing(text);
const named: NamedSecret = { id: 'current', secret: text, notBefore: new Date(), notAfter: undefined };

// ------------------------------------------------ what may be given
createReceiver({ secrets: text });
createReceiver({ secrets: new Uint8Array(32) });
createReceiver({ secrets: named });
createReceiver({ secrets: [text, new Uint8Array(32), named] });
createReceiver({ secrets: ring });
createReceiver({ secrets: process.env['X'] ?? '' });

// ------------------------------------------------ undefined at module level is refused; read it late instead
// @ts-expect-error a variable that may be missing
createReceiver({ secrets: process.env['X'] });
// @ts-expect-error one of several that may be missing
createReceiver({ secrets: [text, process.env['X']] });
// @ts-expect-error within a named secret
createReceiver({ secrets: { id: 'a', secret: process.env['X'] } });
// @ts-expect-error for a verifier too
createVerifier({ secrets: process.env['X'] });
// @ts-expect-error and for a ring
keyRing(process.env['X']);
// @ts-expect-error and for a sender
void sign({ body: '' }, { secret: process.env['X'] });
// @ts-expect-error there is no receiver without
createReceiver({});
// @ts-expect-error null is no secret
createReceiver({ secrets: null });
// @ts-expect-error a number is no secret
createReceiver({ secrets: 1234 });
// @ts-expect-error a named secret has a name
createReceiver({ secrets: { secret: text } });
// @ts-expect-error windows are dates
createReceiver({ secrets: { id: 'a', secret: text, notAfter: '2027-01-01' } });

// ------------------------------------------------ functions that read late
createReceiver({ secrets: () => process.env['X'] });
createReceiver({ secrets: async () => process.env['X'] });
createReceiver({ secrets: () => [text, text] });
createReceiver({ secrets: async () => ring });
// @ts-expect-error null is not undefined
createReceiver({ secrets: () => null });
// @ts-expect-error a number is no secret
createReceiver({ secrets: () => 7 });

// ------------------------------------------------ whoever looks at the request names the tenant
createReceiver({
  secrets: (request) => {
    holds<[Same<typeof request, WebhookRequest>, Same<IsAny<typeof request>, false>]>();
    holds<[Same<typeof request.native, unknown>]>();
    return { tenant: request.url, secrets: ring };
  },
});
createReceiver({ secrets: async (request) => ({ tenant: request.url, secrets: text }) });
createReceiver({
  secrets: (request) => (request.url === '/a' ? { tenant: 'a', secrets: [text] } : undefined),
});
// @ts-expect-error a resolver that reads the request and names no tenant
createReceiver({ secrets: (request: WebhookRequest) => request.url });
// @ts-expect-error nor as a promise
createReceiver({ secrets: async (request: WebhookRequest) => request.url });
// @ts-expect-error nor with a ring
createReceiver({ secrets: (request: WebhookRequest): KeyRing => (request.url === '/a' ? ring : ring) });
// @ts-expect-error a tenant that may be missing
createReceiver({ secrets: (request) => ({ tenant: request.native ? 'a' : undefined, secrets: text }) });
// @ts-expect-error a tenant without secrets
createReceiver({ secrets: (request) => ({ tenant: request.url }) });
// @ts-expect-error keys are never taken from the request's headers as they are
createReceiver({ secrets: (request) => ({ tenant: 'a', secrets: request.headers }) });

// ------------------------------------------------ an option of the user's own can be handed on
const option: SecretsOption = Math.random() > 0.5 ? text : () => text;
createReceiver({ secrets: option });

// ------------------------------------------------ a ring shows its ids and nothing else
holds<[Same<typeof ring.ids, readonly string[]>, Same<IsAny<typeof ring>, false>]>();
// @ts-expect-error there is no way back to the secret
ring.secrets;
// @ts-expect-error a ring is made by `keyRing`
const forged: KeyRing = { ids: ['a'] };
void forged;
