import { describe, expect, it } from 'vitest';
import { jsonEnvelope } from '../../src/envelope/json-envelope.js';
import type { Envelope } from '../../src/envelope/port.js';
import {
  type EventField,
  type FreshnessSource,
  freshnessSource,
  type IdentitySource,
  identitySource,
  unauthenticatedFields,
} from '../../src/provider/coverage.js';
import type { Provider } from '../../src/provider/provider.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';
import { hmacScheme } from '../../src/scheme/hmac-scheme.js';
import type { Authenticates, Scheme } from '../../src/scheme/port.js';

type Row = readonly [
  Provider,
  identity: IdentitySource,
  freshness: FreshnessSource,
  unauthenticated: readonly EventField[],
];

const SHIPPED: readonly Row[] = [
  [standardWebhooks, 'signed header', 'signed header', []],
  [stripe, 'signed body', 'signed header', []],
  [github, 'digest', 'none', ['type']],
  [deliveryFlow, 'signed header', 'signed header', []],
  [dcisionai, 'digest', 'signed header', []],
  [aiPlatform, 'signed body', 'event time', []],
  [ragEngine, 'digest', 'none', ['type', 'timestamp']],
  [empJobQueue, 'signed body', 'event time', []],
];

const signature = { header: 'x-signature', encoding: 'hex' } as const;
const bodyScheme = hmacScheme({ name: 'acme', content: '{body}', signature });
const timedScheme = hmacScheme({
  name: 'acme',
  content: '{id}.{timestamp}.{body}',
  signature,
  id: { header: 'x-id' },
  timestamp: { header: 'x-time' },
});
const covering = (authenticates: Partial<Authenticates>): Scheme => ({
  ...bodyScheme,
  authenticates: { ...bodyScheme.authenticates, ...authenticates },
});
const acme = (scheme: Scheme, fields: Envelope['fields']): Provider => ({
  name: 'acme',
  scheme,
  envelope: jsonEnvelope({ fields }),
});
const inBody = { type: { body: 'type' }, id: { body: 'id' }, timestamp: { body: 'at' } } as const;
const inHeaders = {
  type: { header: 'x-type' },
  id: { header: 'x-id' },
  timestamp: { header: 'x-time' },
} as const;

const OTHERS: readonly (readonly [name: string, ...Row])[] = [
  ['all in a signed body', acme(bodyScheme, inBody), 'signed body', 'event time', []],
  ['all in unsigned headers', acme(bodyScheme, inHeaders), 'digest', 'none', ['id', 'type', 'timestamp']],
  [
    'all in headers, id and time signed',
    acme(timedScheme, inHeaders),
    'signed header',
    'signed header',
    ['type'],
  ],
  ['no more than a type', acme(bodyScheme, { type: { body: 'type' } }), 'digest', 'none', []],
  [
    'the time of the attempt in the signed body',
    acme(bodyScheme, { ...inBody, sentAt: { body: 'sentAt', time: 'milliseconds' } }),
    'signed body',
    'signed body',
    [],
  ],
  [
    'the time of the attempt in an unsigned header',
    acme(bodyScheme, { ...inBody, sentAt: { header: 'x-sent-at' } }),
    'signed body',
    'event time',
    [],
  ],
  ['a type that is always the same', acme(bodyScheme, { type: { value: 'ping' } }), 'digest', 'none', []],
  [
    'a body that is not signed',
    acme(covering({ body: 'none' }), inBody),
    'digest',
    'none',
    ['id', 'type', 'timestamp', 'data'],
  ],
  [
    'one signed member of the body',
    acme(covering({ body: { json: 'data' } }), {
      type: { body: 'data.type' },
      id: { body: 'datum' },
      timestamp: { body: 'data.at' },
    }),
    'digest',
    'none',
    ['id'],
  ],
];

describe('what each provider authenticates', () => {
  it.each(SHIPPED.map(([provider, ...row]) => [provider.name, provider, ...row] as const))(
    '%s',
    (_name, provider, identity, freshness, unauthenticated) => {
      expect(identitySource(provider)).toBe(identity);
      expect(freshnessSource(provider)).toBe(freshness);
      expect(unauthenticatedFields(provider)).toEqual(unauthenticated);
    },
  );

  it.each(OTHERS)('a provider with %s', (_name, provider, identity, freshness, unauthenticated) => {
    expect(identitySource(provider)).toBe(identity);
    expect(freshnessSource(provider)).toBe(freshness);
    expect(unauthenticatedFields(provider)).toEqual(unauthenticated);
  });

  it('the list cannot be changed', () => {
    expect(Object.isFrozen(unauthenticatedFields(github))).toBe(true);
  });
});
