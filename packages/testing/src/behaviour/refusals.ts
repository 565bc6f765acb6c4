import assert from 'node:assert/strict';
import { memoryReplayStore } from '@countersign/core';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import type { AdapterRule } from '../adapter/adapter-target.js';
import { fakeClock } from '../fake-clock.js';
import { recordingReplayStore } from '../recording-replay-store.js';
import type { Refusal, Scene, SceneOptions } from '../scene/scene.js';
import { linesOf, type WireRequest } from '../scene/wire.js';
import { alteredRequest, type SignedRequest } from '../signed-request.js';
import { rule } from './rule.js';

interface Row extends Refusal {
  readonly what: string;
  readonly scene?: () => SceneOptions;
  /** What is sent, where it is not simply a genuine delivery. */
  readonly request?: (genuine: SignedRequest, scene: Scene) => WireRequest | Promise<WireRequest>;
  /** What the store was asked, where that is not for nothing. */
  readonly asked?: readonly string[];
}

const altered = (changes: Parameters<typeof alteredRequest>[1]) => (genuine: SignedRequest) =>
  alteredRequest(genuine, changes);

/** Signed over these very bytes. */
const signedBody = (body: Uint8Array | string) => (_genuine: SignedRequest, scene: Scene) =>
  scene.signed({ body });

const withReceiver = (receiver: SceneOptions['receiver']) => (): SceneOptions =>
  receiver === undefined ? {} : { receiver };

const checkedBy = (validate: (value: unknown) => { issues: readonly { message: string }[] }) =>
  withReceiver({ events: { 'test.event': { '~standard': { version: 1, vendor: 'test', validate } } } });

const unreachable = (): never => {
  throw new Error('not to be reached');
};

const downStore = (): SceneOptions => ({
  store: recordingReplayStore({ ...memoryReplayStore(), claim: unreachable }),
});

/** Whose only key is taken. */
function fullStore(): SceneOptions {
  const clock = fakeClock();
  const store = memoryReplayStore({ maxKeys: 1, now: clock.now });
  const { signal } = new AbortController();
  void store.claim({ key: 'taken', token: 'another' }, { leaseMs: 1e9, signal });
  return { clock, store: recordingReplayStore(store) };
}

const headers: readonly Row[] = [
  {
    what: 'a delivery without its id',
    status: 400,
    code: 'missing_header',
    request: altered({ headers: { 'webhook-id': undefined } }),
  },
  {
    what: 'a time that is no number',
    status: 400,
    code: 'malformed_header',
    request: altered({ headers: { 'webhook-timestamp': 'soon' } }),
  },
  {
    what: 'a signed header that stands twice',
    status: 400,
    // The Fetch API joins both lines to one value, which no provider writes.
    code: ['duplicate_header', 'malformed_header'],
    request: (genuine) => ({
      ...genuine,
      headers: [...linesOf(genuine.headers), ['webhook-id', genuine.headers['webhook-id'] ?? '']],
    }),
  },
  {
    what: 'a header that contradicts the signed body',
    status: 400,
    code: 'header_mismatch',
    scene: () => ({ provider: empJobQueue }),
    request: altered({ headers: { 'x-event-id': 'evt_other' } }),
  },
  {
    what: 'a compressed body',
    status: 415,
    code: 'unsupported_content_encoding',
    request: altered({ headers: { 'content-encoding': 'gzip' } }),
  },
];

const bodies: readonly Row[] = [
  {
    what: 'a body over the limit',
    status: 413,
    code: 'body_too_large',
    scene: withReceiver({ maxBodyBytes: 10 }),
  },
  {
    what: 'a body that a parser has read before',
    status: 500,
    code: 'body_already_parsed',
    scene: () => ({ parserFirst: true }),
  },
  {
    what: 'a signed body that is no UTF-8',
    status: 400,
    code: 'invalid_utf8',
    request: signedBody(new Uint8Array([0x22, 0xff, 0x22])),
  },
  { what: 'a signed body that is no JSON', status: 400, code: 'invalid_json', request: signedBody('{') },
  {
    what: 'a signed body that is no event',
    status: 400,
    code: 'malformed_envelope',
    request: signedBody('{}'),
  },
  {
    what: 'a signed body without the id that it must have',
    status: 400,
    code: 'malformed_identity',
    scene: () => ({ provider: empJobQueue }),
    request: async (_genuine, scene) => {
      const body = JSON.stringify({ event_type: 'a', timestamp: scene.clock.now(), data: {} });
      const unlabelled = { 'x-event-id': undefined, 'x-webhook-event': undefined };
      return alteredRequest(await scene.signed({ body }), { headers: unlabelled });
    },
  },
];

const keys: readonly Row[] = [
  {
    what: 'a delivery that nobody has a secret for',
    status: 401,
    code: 'no_key',
    scene: withReceiver({ secrets: () => undefined }),
  },
  {
    what: 'a body that was changed',
    status: 401,
    code: 'signature_mismatch',
    request: altered({ body: '{}' }),
  },
  {
    what: 'a delivery from too long ago',
    status: 401,
    code: 'timestamp_too_old',
    request: (_genuine, scene) => scene.signed({ timestamp: new Date(scene.clock.now() - 301_000) }),
  },
  {
    what: 'a delivery from too far ahead',
    status: 401,
    code: 'timestamp_too_new',
    request: (_genuine, scene) => scene.signed({ timestamp: new Date(scene.clock.now() + 301_000) }),
  },
  {
    what: 'a delivery whose secret cannot be found out',
    status: 503,
    code: 'secrets_unavailable',
    scene: withReceiver({ secrets: () => Promise.reject(new Error('vault down')) }),
  },
];

const claims: readonly Row[] = [
  {
    what: 'a delivery while the replay store is down',
    status: 503,
    code: 'replay_store_unavailable',
    scene: downStore,
    asked: ['claim', 'release'],
  },
  {
    what: 'a delivery while the replay store is full',
    status: 503,
    code: 'replay_store_full',
    scene: fullStore,
    asked: ['claim', 'release'],
  },
  {
    what: 'a genuine delivery that fails its schema',
    status: 422,
    code: 'schema_mismatch',
    scene: checkedBy(() => ({ issues: [{ message: 'no' }] })),
    asked: ['claim: claimed', 'release'],
  },
  {
    what: 'a delivery whose schema throws',
    status: 500,
    code: 'internal_error',
    scene: checkedBy(unreachable),
    asked: ['claim: claimed', 'release'],
  },
];

/** Each refusal that one request alone brings about: its answer to the letter, told once, and nothing else done. */
export const refusalRules: readonly AdapterRule[] = [...headers, ...bodies, ...keys, ...claims].map(
  ({ what, scene: options, request, asked = [], ...refusal }) => {
    const code = [refusal.code].flat()[0];
    const name = `${what} is answered ${refusal.status}, and told as \`${code}\``;
    return rule(name, options ?? (() => ({})), async (scene) => {
      const genuine = await scene.signed();
      const sent = (await request?.(genuine, scene)) ?? genuine;
      await scene.refuses(what, sent, { ...refusal, afterClaim: asked.length > 0 });
      await scene.quiet();
      const told = scene.outcomes.map(({ kind, status }) => `${kind} ${status}`);
      assert.deepEqual(told, [`refused ${refusal.status}`], `${what}: what was told`);
      assert.deepEqual(scene.asked, asked, `${what}: what the replay store was asked`);
    });
  },
);
