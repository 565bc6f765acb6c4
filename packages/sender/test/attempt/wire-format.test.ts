import { hmacScheme, jsonEnvelope, type Provider, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { describe, expect, it, test } from 'vitest';
import { wireFormat } from '../../src/attempt/wire-format.js';
import { misuse } from '../refusal.js';
import { providers } from './providers.js';

describe('the header names that are the sender’s own', () => {
  it.each<readonly [Provider, readonly string[]]>([
    [standardWebhooks, ['webhook-id', 'webhook-timestamp', 'webhook-signature']],
    [stripe, ['stripe-signature']],
    [github, ['x-hub-signature-256', 'x-github-event', 'x-github-delivery']],
    [deliveryFlow, ['x-signature', 'x-delivery-id', 'x-timestamp', 'x-webhook-id']],
    [dcisionai, ['x-dcisionai-signature', 'x-dcisionai-timestamp']],
    [aiPlatform, ['x-webhook-signature', 'x-webhook-id', 'x-event-id', 'x-timestamp']],
    [ragEngine, ['x-webhook-signature']],
    [empJobQueue, ['x-webhook-signature', 'x-webhook-event', 'x-webhook-id', 'x-event-id']],
  ])('are all that scheme and envelope of $name write', (provider, names) => {
    expect([...wireFormat(provider, []).headerNames].sort()).toEqual(['content-type', ...names].sort());
  });

  it('are those of all schemes, and of the first envelope alone', () => {
    const { headerNames } = wireFormat(standardWebhooks, [github, deliveryFlow]);
    expect(headerNames).toContain('x-hub-signature-256');
    expect(headerNames).toContain('x-delivery-id');
    expect(headerNames).not.toContain('x-github-event');
    expect(headerNames).not.toContain('x-webhook-id');
  });

  it('are in lower case, however an envelope spells them', () => {
    const provider: Provider = {
      ...dcisionai,
      envelope: jsonEnvelope({
        fields: { type: { header: 'x-kind' } },
        headers: ({ type }) => ({ 'X-Kind': type }),
      }),
    };
    expect(wireFormat(provider, []).headerNames).toContain('x-kind');
  });
});

describe('two that write one header are refused', () => {
  it.each([
    [standardWebhooks, [standardWebhooks], 0, 'webhook-id'],
    [aiPlatform, [empJobQueue], 0, 'x-webhook-signature'],
    [ragEngine, [aiPlatform], 0, 'x-webhook-signature'],
    [standardWebhooks, [stripe, github, stripe], 2, 'stripe-signature'],
    [standardWebhooks, [aiPlatform, empJobQueue], 1, 'x-webhook-signature'],
  ] as const)('schemes (%#)', (provider, alsoSign, index, header) => {
    const error = misuse(() => wireFormat(provider, alsoSign));
    expect(error.message).toContain(`\`alsoSign[${index}]\``);
    expect(error.message).toContain(`\`${header}\``);
  });

  it('a scheme, and the envelope of the provider', () => {
    // Both write `x-timestamp`: one the time of the event, the other that of the attempt.
    const error = misuse(() => wireFormat(aiPlatform, [deliveryFlow]));
    expect(error.message).toContain('`alsoSign[0]`');
    expect(error.message).toContain('`x-timestamp`');
  });

  it('but not a scheme, and an envelope that is not used', () => {
    expect(wireFormat(deliveryFlow, [aiPlatform]).alsoSign).toEqual([aiPlatform]);
  });
});

describe('who cannot sign beside another', () => {
  it('ragEngine: it covers a part of the body, and writes into it', () => {
    const error = misuse(() => wireFormat(standardWebhooks, [stripe, ragEngine]));
    expect(error.message).toMatch(/^`alsoSign\[1\]` must be a provider that signs the body as it is/);
  });

  it('a scheme that signs no body', () => {
    const scheme = {
      ...github.scheme,
      authenticates: { ...github.scheme.authenticates, body: 'none' as const },
    };
    expect(misuse(() => wireFormat(standardWebhooks, [{ ...github, scheme }])).message).toContain(
      '`alsoSign[0]`',
    );
  });
});

test.each(providers.filter(({ name }) => !['ragEngine', 'standardWebhooks'].includes(name)))(
  '$name signs beside standardWebhooks, and takes it beside itself',
  (provider) => {
    expect(wireFormat(standardWebhooks, [provider])).toMatchObject({
      provider: standardWebhooks,
      alsoSign: [provider],
    });
    expect(wireFormat(provider, [standardWebhooks])).toMatchObject({ provider });
  },
);

test('a provider of one’s own takes part', () => {
  const own: Provider = {
    name: 'own',
    scheme: hmacScheme({
      name: 'own',
      content: '{body}',
      signature: { header: 'X-Own', encoding: 'hex' },
    }),
    envelope: github.envelope,
  };
  expect(wireFormat(standardWebhooks, [own]).headerNames).toContain('x-own');
});

describe('what is no provider is refused, by its field', () => {
  const untyped = (value: unknown) => JSON.parse(JSON.stringify(value));
  it.each([[null], [5], ['stripe'], [{}], [{ scheme: {} }]])('%j', (value) => {
    expect(misuse(() => wireFormat(untyped(value), [])).message).toMatch(/^`provider` must be a provider/);
    expect(misuse(() => wireFormat(standardWebhooks, [stripe, untyped(value)])).message).toMatch(
      /^`alsoSign\[1\]` must be a provider/,
    );
  });

  it.each([[null], [5], ['stripe'], [{}]])('%j is no list', (value) => {
    expect(misuse(() => wireFormat(standardWebhooks, untyped(value))).message).toMatch(
      /^`alsoSign` must be a list of providers, got /,
    );
  });
});
