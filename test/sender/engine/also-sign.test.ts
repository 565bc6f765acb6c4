import { type Provider, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { createSender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { describe, expect, test } from 'vitest';
import { defined, refusal, stage, verified } from './harness.js';

const secret = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';

describe('with `alsoSign` one request verifies for each of the providers', () => {
  const combinations: readonly (readonly [Provider, readonly Provider[]])[] = [
    [standardWebhooks, [deliveryFlow]],
    [deliveryFlow, [standardWebhooks, github]],
    [aiPlatform, [standardWebhooks, dcisionai]],
    [empJobQueue, [standardWebhooks]],
  ];
  for (const [provider, alsoSign] of combinations) {
    test([provider, ...alsoSign].map(({ name }) => name).join(' + '), async () => {
      const on = await stage({ provider, alsoSign, retry: { delaysMs: [0, 1000] } });
      on.sink.answer('/a', 500, 200);
      const { id } = await on.endpoint('/a', { secret });
      const eventId = await on.send({ data: { n: 1 } });
      await on.untilAttempts(id, 1);
      await on.quiet();
      await on.clock.advance(1000);
      await on.untilStatuses(id, 'delivered');
      for (const request of on.sink.at('/a')) {
        for (const each of [provider, ...alsoSign]) await verified(request, secret, { provider: each });
        if (alsoSign.includes(standardWebhooks)) expect(request.id).toBe(eventId);
      }
      const [first, second] = on.sink.at('/a').map(({ body }) => JSON.parse(body));
      expect(first.data).toEqual({ n: 1 });
      expect(Object.keys(second)).toEqual(expect.arrayContaining(Object.keys(first)));
    });
  }
});

test('while a secret rotates, each scheme does as it would alone: a list has both, a single signature the old one', async () => {
  const on = await stage({ provider: standardWebhooks, alsoSign: [deliveryFlow] });
  const { id } = await on.endpoint('/a', { secret });
  const rotated = await on.sender.endpoints.rotateSecret(id, { overlapSeconds: 60 });
  await on.send();
  await on.untilStatuses(id, 'delivered');
  const request = defined(on.sink.at('/a')[0]);
  await verified(request, secret);
  await verified(request, rotated.secret);
  await verified(request, secret, { provider: deliveryFlow });
  expect(await refusal(() => verified(request, rotated.secret, { provider: deliveryFlow }))).toMatchObject({
    code: 'signature_mismatch',
  });
});

describe('providers that would write over each other are refused when the sender is made', () => {
  const wrong: readonly (readonly [Provider, readonly Provider[]])[] = [
    [standardWebhooks, [standardWebhooks]],
    [aiPlatform, [empJobQueue]],
    [standardWebhooks, [aiPlatform, empJobQueue]],
    [standardWebhooks, [ragEngine]],
  ];
  for (const [provider, alsoSign] of wrong) {
    test([provider, ...alsoSign].map(({ name }) => name).join(' + '), () => {
      expect(() => createSender({ store: memoryStore(), provider, alsoSign })).toThrow(/`alsoSign\[\d\]`/);
    });
  }
});

test('a custom header may not have the name of one that any of them writes', async () => {
  const on = await stage({ isStarted: false, provider: standardWebhooks, alsoSign: [deliveryFlow] });
  for (const name of ['webhook-id', 'X-Signature', 'x-delivery-id', 'x-timestamp', 'webhook-timestamp']) {
    expect(await refusal(() => on.endpoint('/a', { headers: { [name]: 'x' } }))).toMatchObject({
      code: 'invalid_input',
    });
  }
  await on.endpoint('/a', { headers: { 'x-webhook-signature': 'x', 'content-type': 'application/json' } });
});
