import {
  type Envelope,
  hmacScheme,
  jsonEnvelope,
  memoryReplayStore,
  type Provider,
  type ReplayStore,
  type Scheme,
  type VerifiedDelivery,
} from '@countersign/core';
import { holds, type IsAny, type Same } from './expect-type.js';

const signature = { header: 'x-signature', encoding: 'hex' } as const;
const timestamp = { header: 'x-timestamp' };

// ------------------------------------------------ a misspelt part of the signed content does not compile
const scheme = hmacScheme({ name: 'a', content: 'v0:{timestamp}:{body}', signature, timestamp });
holds<[Same<typeof scheme, Scheme>, Same<IsAny<typeof scheme>, false>]>();
hmacScheme({ name: 'a', content: '{body}', signature });
hmacScheme({ name: 'a', content: 'POST{body}', signature });
hmacScheme({ name: 'a', content: '{id}.{timestamp}.{body}', signature, timestamp, id: { header: 'x-id' } });
hmacScheme({ name: 'a', content: '{method}{url}{body}', signature, publicUrl: 'https://example.org/' });
// @ts-expect-error misspelt
hmacScheme({ name: 'a', content: '{timestmap}.{body}', signature });
// @ts-expect-error misspelt behind a good one
hmacScheme({ name: 'a', content: '{timestamp}.{bdoy}', signature, timestamp });
// @ts-expect-error empty
hmacScheme({ name: 'a', content: '{}{body}', signature });
// @ts-expect-error other case
hmacScheme({ name: 'a', content: '{Body}', signature });
// @ts-expect-error an encoding that is none
hmacScheme({ name: 'a', content: '{body}', signature: { header: 'x', encoding: 'utf8' } });
// @ts-expect-error an algorithm that is not HMAC
hmacScheme({ name: 'a', content: '{body}', signature, algorithm: 'md5' });
hmacScheme({
  name: 'a',
  content: '{timestamp}{body}',
  signature,
  // @ts-expect-error a unit that is none
  timestamp: { header: 'x', unit: 'minutes' },
});
// @ts-expect-error no place for the signature
hmacScheme({ name: 'a', content: '{body}' });

// ------------------------------------------------ the ports
const envelope: Envelope = jsonEnvelope({ fields: { type: { body: 'type' } }, data: 'data' });
const provider: Provider = { name: 'a', scheme, envelope };
const withAll: Provider = {
  ...provider,
  handshake: ({ verified }) =>
    verified === 1 ? { status: 200, headers: {}, body: new Uint8Array() } : undefined,
  retry: { delaysMs: [0, 1_000], jitter: 0.1 },
  toleranceSeconds: 60,
};
const lateAnswer: Provider = {
  ...provider,
  handshake: async ({ sign }) => ({
    status: 200,
    headers: {},
    body: new TextEncoder().encode(await sign(['a'], 'hex')),
  }),
};
// @ts-expect-error a provider has an envelope
const half: Provider = { name: 'a', scheme };
// @ts-expect-error schedules are one kind or the other
const mixed: Provider = { ...provider, retry: { maxAttempts: 3, multiplier: 2 } };
void [withAll, lateAnswer, half, mixed];

// ------------------------------------------------ stores: sync and async ones, structurally
const store: ReplayStore = memoryReplayStore({ maxKeys: 10, now: undefined });
const own: ReplayStore = {
  shared: true,
  claim: async ({ key, token }, { leaseMs, signal }) => {
    holds<
      [
        Same<typeof key, string>,
        Same<typeof token, string>,
        Same<typeof leaseMs, number>,
        Same<typeof signal, AbortSignal>,
      ]
    >();
    return leaseMs > 0 ? 'claimed' : 'in_progress';
  },
  commit: async () => true,
  release: async () => {},
};
// @ts-expect-error an answer that is none of the three
const wrongAnswer: ReplayStore = { ...own, claim: async () => 'taken' };
// @ts-expect-error a store says whether it is shared
const silent: ReplayStore = { claim: own.claim, commit: own.commit, release: own.release };
void [store, wrongAnswer, silent];

// ------------------------------------------------ a verified delivery cannot be changed, nor made from a string
declare const delivery: VerifiedDelivery;
holds<[Same<typeof delivery.body, Uint8Array>, Same<typeof delivery.tenant, string | undefined>]>();
// @ts-expect-error read-only
delivery.id = 'other';
