import assert from 'node:assert/strict';
import { memoryReplayStore, type ReceiverOptions, type WebhookErrorCode } from '@countersign/core';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { fakeClock } from '../fake-clock.js';
import { recordingReplayStore } from '../recording-replay-store.js';
import { gate } from '../scene/gate.js';
import { until } from '../scene/in-time.js';
import { exchange } from '../scene/raw-connection.js';
import { type Scene, type SceneOptions, withScene } from '../scene/scene.js';
import type { WireResponse } from '../scene/wire.js';
import { alteredRequest, type SignedRequest } from '../signed-request.js';
import { type Attack, attack } from './attack.js';
import { keyOf } from './forge.js';

/** Stands in everything that must not leave. */
const CONFIDENTIAL = 'confidential-detail';
const confidential = (): never => {
  throw new Error(CONFIDENTIAL, { cause: new Error(`inner ${CONFIDENTIAL}`) });
};

/** Whether nothing of what the receiver knows, and the sender must not, stands in an answer. */
function assertReveals(what: string, scene: Scene, request: SignedRequest, response: WireResponse): void {
  const text = `${[...response.headers].join('\n')}\n${response.body}`;
  const signature = request.headers['webhook-signature'] ?? '';
  for (const [name, hidden] of Object.entries({
    'a detail': CONFIDENTIAL,
    'a stack': '.ts:',
    'the secret': scene.secret.slice('whsec_'.length),
    'the key': keyOf(scene.secret).toString('hex'),
    'the signature': signature.slice('v1,'.length),
  })) {
    assert.ok(hidden === '' || !text.includes(hidden), `${what}: the answer reveals ${name}`);
  }
}

interface Case {
  readonly what: string;
  readonly status: number;
  readonly code: WebhookErrorCode;
  readonly receiver?: Partial<ReceiverOptions<Record<string, unknown>>>;
  change?(genuine: SignedRequest): SignedRequest;
}

const changed = (changes: Parameters<typeof alteredRequest>[1]) => (genuine: SignedRequest) =>
  alteredRequest(genuine, changes);

/** One refusal of every status that the receiver itself can answer. */
const refusals: readonly Case[] = [
  {
    what: 'no signature',
    status: 400,
    code: 'missing_header',
    change: changed({ headers: { 'webhook-signature': undefined } }),
  },
  {
    what: 'a malformed id',
    status: 400,
    code: 'malformed_header',
    change: changed({ headers: { 'webhook-id': 'a.b' } }),
  },
  { what: 'another body', status: 401, code: 'signature_mismatch', change: changed({ body: '{}' }) },
  {
    what: 'another time',
    status: 401,
    code: 'signature_mismatch',
    change: changed({ headers: { 'webhook-timestamp': '1' } }),
  },
  { what: 'no secret', status: 401, code: 'no_key', receiver: { secrets: () => undefined } },
  {
    what: 'too old',
    status: 401,
    code: 'timestamp_too_old',
    receiver: { now: () => Date.parse('2027-01-01T00:00:00Z') },
  },
  {
    what: 'too new',
    status: 401,
    code: 'timestamp_too_new',
    receiver: { now: () => Date.parse('2025-01-01T00:00:00Z') },
  },
  { what: 'too large', status: 413, code: 'body_too_large', receiver: { maxBodyBytes: 10 } },
  {
    what: 'compressed',
    status: 415,
    code: 'unsupported_content_encoding',
    change: changed({ headers: { 'content-encoding': 'gzip' } }),
  },
  {
    what: 'a secrets function that throws',
    status: 503,
    code: 'secrets_unavailable',
    receiver: { secrets: confidential },
  },
  {
    what: 'a secrets function that gives nonsense',
    status: 503,
    code: 'secrets_unavailable',
    receiver: { secrets: () => CONFIDENTIAL },
  },
];

const failingSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: () => ({ issues: [{ message: CONFIDENTIAL, path: ['amount'] }] }),
  },
} as const;

const throwingSchema = { '~standard': { version: 1, vendor: 'test', validate: confidential } } as const;

const failures: readonly (Case & { readonly scene: SceneOptions })[] = [
  {
    what: 'a schema that fails',
    status: 422,
    code: 'schema_mismatch',
    scene: { receiver: { events: { 'test.event': failingSchema } } },
  },
  {
    what: 'a schema that throws',
    status: 500,
    code: 'internal_error',
    scene: { receiver: { events: { 'test.event': throwingSchema } } },
  },
  {
    what: 'a store that throws',
    status: 503,
    code: 'replay_store_unavailable',
    scene: { store: recordingReplayStore({ ...memoryReplayStore(), claim: confidential }) },
  },
];

async function opaque(target: AdapterTarget): Promise<void> {
  const bodies = new Map<number, string>();
  const check = async (
    scene: Scene,
    { what, status, code, change }: Case,
    afterClaim: boolean,
  ): Promise<void> => {
    const genuine = await scene.signed({ timestamp: new Date('2026-01-01T00:00:00Z') });
    const request = change?.(genuine) ?? genuine;
    const response = await scene.refuses(what, request, { status, code, afterClaim });
    assertReveals(what, scene, genuine, response);
    assert.equal(response.body, bodies.get(status) ?? response.body, `${what}: two bodies for ${status}`);
    bodies.set(status, response.body);
  };
  for (const refusal of refusals) {
    await withScene(target, { receiver: refusal.receiver ?? {} }, (scene) => check(scene, refusal, false));
  }
  for (const failure of failures)
    await withScene(target, failure.scene, (scene) => check(scene, failure, true));
  await withScene(target, {}, async (scene) => {
    const got = await scene.send({ ...(await scene.signed()), method: 'GET' });
    assert.ok(got?.status === 405 || got?.status === 404, `GET is answered ${got?.status}`);
    assert.equal(scene.runs.length, 0, 'GET reached the application');
  });
  if (target.mode === 'handler') await handlerFailure(target);
}

/** Behind a guard it is the framework that answers for the application's route. */
async function handlerFailure(target: AdapterTarget): Promise<void> {
  await withScene(target, { application: confidential }, async (scene) => {
    const genuine = await scene.signed();
    const response = await scene.send(genuine);
    assert.ok(response?.status === 500, `a handler that throws is answered ${response?.status}`);
    assert.match(response.body, /^\{"received":false,"error":"[a-z ]{1,40}"\}$/, 'the body says too much');
    assertReveals('a handler that throws', scene, genuine, response);
    await scene.untilOutcomes(1);
    const [told] = scene.outcomes;
    assert.ok(told?.kind === 'refused' && told.error.cause instanceof Error);
    assert.equal(told.error.cause.message, CONFIDENTIAL, 'the log does not learn what the handler threw');
  });
}

/** Whatever fails after or beside the answer must be caught by somebody; `runRule` sees what was not. */
async function floatingPromises(target: AdapterTarget): Promise<void> {
  const hooks: readonly SceneOptions['hook'][] = [
    confidential,
    () => Promise.reject(new Error('log down')),
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a promise of somebody else's making
      then: (_resolve: unknown, reject: (reason: unknown) => void) => reject(new Error('log down')),
    }),
  ];
  for (const hook of hooks) {
    await withScene(target, hook === undefined ? {} : { hook }, async (scene) => {
      const genuine = await scene.signed();
      await scene.accepts('with a hook that fails', genuine);
      const forged = alteredRequest(genuine, { body: '{}' });
      await scene.refuses('with a hook that fails', forged, { status: 401, code: 'signature_mismatch' });
    });
  }
  await withScene(target, { application: confidential, hook: confidential }, async (scene) => {
    const response = await scene.send(await scene.signed());
    assert.ok((response?.status ?? 0) >= 500);
  });
  await lateFailure(target);
  await goneClient(target);
}

/** The application fails long after the sender was told to come back, or the claim was left to lapse. */
async function lateFailure(target: AdapterTarget): Promise<void> {
  const held = gate();
  const receiver = { handlerTimeoutMs: 1_000 };
  await withScene(target, { receiver, application: () => held.passed }, async (scene) => {
    const answer = exchange(scene.origin, await scene.signed());
    await until('the application to run', () => scene.runs.length === 1 && scene.clock.pending > 0);
    await scene.clock.advance(1_000);
    if (target.mode === 'handler') assert.equal((await answer)?.status, 503, 'a late handler');
    held.fail(new Error('late'));
    assert.ok(((await answer)?.status ?? 0) >= 500);
    await until('the notice', async () => {
      await scene.clock.advance(0);
      return scene.notices.length > 0;
    });
  });
}

/** The client resets the connection while the application runs; it then fails, or answers into the void. */
async function goneClient(target: AdapterTarget): Promise<void> {
  for (const outcome of ['handler_failed', 'processed'] as const) {
    const held = gate();
    const clock = fakeClock();
    const store = recordingReplayStore(memoryReplayStore({ now: clock.now }));
    await withScene(target, { application: () => held.passed, clock, store }, async (scene) => {
      const genuine = await scene.signed();
      const connection = await scene.sent(genuine);
      await until('the application to run', () => scene.runs.length === 1);
      connection.abort();
      await connection.closed();
      if (outcome === 'processed') held.open();
      else held.fail(new Error('nobody is listening'));
      await scene.untilOutcomes(1);
      assert.equal(scene.outcomes[0]?.code, outcome, 'after the client had gone');
      if (outcome === 'processed') await scene.acknowledges('the retry', genuine, 'duplicate');
    });
  }
}

export const responseAttacks: readonly Attack[] = [
  attack(
    26,
    'answers that help an attacker',
    'Bodies that tell wrong secret from wrong time, show the expected signature, or quote an exception.',
    opaque,
  ),
  attack(
    27,
    'failures that nobody catches',
    'A floating promise, a throwing log or a late rejection ends the process.',
    floatingPromises,
  ),
];
