import assert from 'node:assert/strict';
import {
  generateSecret,
  memoryReplayStore,
  type Provider,
  type SecretsOption,
  standardWebhooks,
} from '@countersign/core';
import type { AdapterRule, AdapterTarget } from '../adapter/adapter-target.js';
import { fakeClock } from '../fake-clock.js';
import { recordingReplayStore } from '../recording-replay-store.js';
import { assertReceived } from '../scene/answers.js';
import { type Scene, type SceneOptions, withScene } from '../scene/scene.js';
import { alteredRequest } from '../signed-request.js';
import { rule, usual } from './rule.js';

const anything = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
} as const;

/** A store that takes no commit. */
function uncommitted(): SceneOptions {
  const clock = fakeClock();
  const store = memoryReplayStore({ now: clock.now });
  return { clock, store: recordingReplayStore({ ...store, commit: () => false }) };
}

const encoder = new TextEncoder();

/** A provider that checks the endpoint: by a challenge in the query, and by an event of its own. */
const checking: Provider = {
  ...standardWebhooks,
  name: 'checking',
  handshake({ method, url, header, verified }) {
    const challenge = new URL(url, 'http://localhost').searchParams.get('challenge');
    if (method === 'GET' && challenge !== null) {
      const headers = { 'content-type': 'text/plain', 'x-endpoint': header('x-endpoint') };
      return { status: 200, headers, body: encoder.encode(challenge) };
    }
    const isCheck = typeof verified === 'object' && Reflect.get({ ...verified }, 'type') === 'endpoint.check';
    return isCheck ? { status: 202, headers: { 'x-endpoint': 'ready' }, body: new Uint8Array() } : undefined;
  },
};

async function assertHandshake(scene: Scene): Promise<void> {
  await scene.untilOutcomes(1);
  assert.deepEqual(
    scene.outcomes.map(({ code }) => code),
    ['handshake'],
  );
  assert.deepEqual(scene.soFar, { runs: 0, outcomes: 1, calls: 0 });
}

/** What is no refusal, and what `secrets` learns of a request. */
export const outcomeRules: readonly AdapterRule[] = [
  rule(
    'a genuine delivery reaches the application, and is told as `processed`',
    usual,
    async (scene, target) => {
      const genuine = await scene.signed({ event: { data: { a: 1 } } });
      const response = await scene.send(genuine);
      if (target.mode === 'handler') assertReceived('a genuine delivery', response, 'processed');
      else assert.deepEqual([response?.status, response?.body], [204, '']);
      await scene.quiet();
      assert.deepEqual(
        scene.runs.map(({ event }) => [event.type, event.data]),
        [['test.event', { a: 1 }]],
      );
      assert.deepEqual(
        scene.outcomes.map(({ kind, code, status }) => [kind, code, status]),
        [['accepted', 'processed', response?.status]],
      );
      assert.deepEqual(scene.asked, ['claim: claimed', 'commit: true']);
    },
  ),
  rule('a copy is answered 200 without running anything, and told as `duplicate`', usual, async (scene) => {
    const genuine = await scene.signed();
    await scene.accepts('the first', genuine);
    for (const copy of ['a copy', 'another']) await scene.acknowledges(copy, genuine, 'duplicate');
  }),
  rule(
    'an event that nobody takes is answered 200, committed, and told as `ignored`',
    () => ({ receiver: { events: { 'other.event': anything } } }),
    async (scene) => {
      const genuine = await scene.signed();
      await scene.acknowledges('an unknown type', genuine, 'ignored');
      await scene.acknowledges('a copy of it', genuine, 'duplicate');
      await scene.accepts('a known type', await scene.signed({ event: { type: 'other.event' } }));
    },
  ),
  rule(
    'a commit that fails changes no answer, and is told as `commit_failed`',
    uncommitted,
    async (scene) => {
      const response = await scene.send(await scene.signed());
      assert.ok(response?.status === 200 || response?.status === 204, `answered ${response?.status}`);
      await scene.untilOutcomes(1);
      assert.deepEqual(
        scene.outcomes.map(({ code, status }) => [code, status]),
        [['commit_failed', response.status]],
      );
    },
  ),
  rule(
    "a provider's check of the endpoint by GET is answered as the provider says",
    () => ({ provider: checking }),
    async (scene) => {
      const headers = { 'x-endpoint': 'here' };
      const response = await scene.send({ method: 'GET', target: '/webhooks?challenge=a%20b', headers });
      assert.deepEqual([response?.status, response?.body], [200, 'a b']);
      assert.equal(response?.headers.get('content-type'), 'text/plain');
      assert.equal(response?.headers.get('x-endpoint'), 'here');
      await assertHandshake(scene);
    },
  ),
  rule(
    "a provider's check of the endpoint by POST is answered as the provider says",
    () => ({ provider: checking }),
    async (scene) => {
      const response = await scene.send(await scene.signed({ event: { type: 'endpoint.check' } }));
      assert.deepEqual([response?.status, response?.body], [202, '']);
      assert.equal(response?.headers.get('x-endpoint'), 'ready');
      await assertHandshake(scene);
      await scene.accepts('another event', await scene.signed());
    },
  ),
  { name: 'the `secrets` function sees the request as the client sent it', run: secretsSeeTheRequest },
];

/** What tells the tenants of one endpoint apart. */
async function secretsSeeTheRequest(target: AdapterTarget): Promise<void> {
  const secret = generateSecret();
  const asked: unknown[] = [];
  const secrets: SecretsOption = ({ url, method, headers, native }) => {
    const { pathname, search } = new URL(url, 'http://localhost');
    const record = headers instanceof Headers ? Object.fromEntries(headers) : headers;
    asked.push({ pathname, search, method, header: record['x-tenant'], hasNative: native !== undefined });
    return { tenant: 'acme', secrets: secret };
  };
  await withScene(target, { secret, receiver: { secrets } }, async (scene) => {
    const genuine = alteredRequest(await scene.signed(), { headers: { 'x-tenant': 'acme' } });
    const search = '?tenant=a%2Fb&x=%20';
    const { delivery } = await scene.accepts('with a query', { ...genuine, target: `/webhooks${search}` });
    assert.equal(delivery.tenant, 'acme');
    assert.deepEqual(asked, [
      { pathname: '/webhooks', search, method: 'POST', header: 'acme', hasNative: true },
    ]);
  });
}
