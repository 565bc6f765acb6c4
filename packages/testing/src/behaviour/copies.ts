import assert from 'node:assert/strict';
import {
  type AcceptedWebhook,
  memoryReplayStore,
  type ReplayStore,
  type WebhookEvent,
} from '@countersign/core';
import type { AdapterRule } from '../adapter/adapter-target.js';
import { fakeClock } from '../fake-clock.js';
import { recordingReplayStore } from '../recording-replay-store.js';
import { assertRefusal, isSuccess } from '../scene/answers.js';
import { gate } from '../scene/gate.js';
import { until } from '../scene/in-time.js';
import type { RawConnection } from '../scene/raw-connection.js';
import { inProgress, mismatch } from '../scene/refusals.js';
import { type Scene, type SceneOptions, withScene } from '../scene/scene.js';
import { alteredRequest } from '../signed-request.js';
import { only, rule } from './rule.js';

const codes = (scene: Scene): readonly string[] => scene.outcomes.map(({ code }) => code);

const fiveAtOnce: AdapterRule = {
  name: 'of five copies at once one runs and the others are told to come back',
  async run(target) {
    const held = gate();
    await withScene(target, { application: () => held.passed }, async (scene) => {
      const genuine = await scene.signed();
      const copies: RawConnection[] = [];
      for (let copy = 0; copy < 5; copy += 1) copies.push(await scene.sent(genuine));
      const answered = (): readonly RawConnection[] => copies.filter(({ hasResponse }) => hasResponse);
      await until('four of five answers', () => answered().length === 4 || scene.runs.length > 1);
      assert.equal(scene.runs.length, 1, 'not exactly one of five copies ran');
      const [first] = copies.filter((copy) => !copy.hasResponse);
      for (const copy of answered()) {
        const response = await copy.response();
        assert.ok(response?.status === 503, `a copy is answered ${response?.status}`);
        assertRefusal('a copy', response);
      }
      await scene.untilOutcomes(4);
      assert.deepEqual(
        codes(scene),
        Array.from({ length: 4 }, () => 'in_progress'),
      );
      held.open();
      assert.ok(isSuccess(await first?.response()), 'the copy that ran is not answered 2xx');
      await scene.untilOutcomes(5);
      assert.equal(codes(scene)[4], 'processed');
      await scene.acknowledges('a copy that comes back', genuine, 'duplicate');
    });
  },
};

const together: AdapterRule = {
  name: 'deliveries at the same time do not disturb one another',
  async run(target) {
    const held = gate();
    const ids: string[] = [];
    const application = ({ delivery }: AcceptedWebhook<WebhookEvent>, run: number) => {
      ids[run - 1] = delivery.id;
      return held.passed;
    };
    const answer = (run: number) => ({ status: 200, body: ids[run - 1] ?? null });
    await withScene(target, { application, answer }, async (scene) => {
      const sent = [];
      for (let number = 0; number < 20; number += 1) {
        const genuine = await scene.signed({ event: { data: { number } } });
        sent.push({ genuine, connection: await scene.sent(genuine) });
      }
      await until('all of them to run', () => scene.runs.length === sent.length);
      held.open();
      for (const { genuine, connection } of sent) {
        const response = await connection.response();
        const id = genuine.headers['webhook-id'];
        assert.equal(response?.status, 200);
        if (target.mode === 'guard') assert.equal(response.body, id, 'answered for another delivery');
        const run = scene.runs.find(({ delivery }) => delivery.id === id);
        assert.ok(run && Buffer.from(run.delivery.body).equals(genuine.body), 'the body of another delivery');
      }
    });
  },
};

const failure = rule(
  'a delivery whose application fails is given back, runs again when it is repeated, and then never more',
  () => ({
    application: (_webhook, run) => {
      if (run <= 2) throw new Error(`run ${run} failed`);
    },
  }),
  async (scene, { mode }) => {
    const genuine = await scene.signed();
    for (const attempt of [1, 2]) {
      const response = await scene.send(genuine);
      assert.ok(response?.status === 500, `attempt ${attempt} is answered ${response?.status}`);
      if (mode === 'handler') assertRefusal(`attempt ${attempt}`, response);
      await scene.untilOutcomes(attempt);
      assert.deepEqual(scene.asked.slice(-2), ['claim: claimed', 'release']);
    }
    await scene.accepts('the third attempt', genuine);
    await scene.acknowledges('the fourth', genuine, 'duplicate');
    assert.deepEqual(codes(scene), ['handler_failed', 'handler_failed', 'processed', 'duplicate']);
    assert.deepEqual(scene.outcomes.map(({ kind, status }) => `${kind} ${status}`).slice(0, 2), [
      'refused 500',
      'refused 500',
    ]);
    assert.equal(scene.runs.length, 3);
  },
);

/** A scene whose store does some things otherwise. */
function withStore(methods: (store: ReplayStore) => Partial<ReplayStore>): SceneOptions {
  const clock = fakeClock();
  const store = memoryReplayStore({ now: clock.now });
  return { clock, store: recordingReplayStore({ ...store, ...methods(store) }) };
}

const committedFirst: AdapterRule = {
  name: 'who has read the answer can rely on the commit',
  async run(target) {
    const held = gate();
    const options = withStore((store) => ({
      async commit(claim, limits) {
        await held.passed;
        return store.commit(claim, limits);
      },
    }));
    const answer = () => ({ status: 200, body: 'done' });
    await withScene(target, { ...options, answer }, async (scene) => {
      const genuine = await scene.signed();
      const connection = await scene.sent(genuine);
      await until('the commit', () => scene.asked.includes('commit'));
      // Had it been answered, the answer would be here before that of a request which is sent now.
      await scene.refuses('another', alteredRequest(await scene.signed(), { body: '{}' }), mismatch);
      assert.equal(connection.hasResponse, false, 'answered before the commit');
      held.open();
      assert.ok(isSuccess(await connection.response()));
      await scene.acknowledges('a copy', genuine, 'duplicate');
    });
  },
};

const handlerTimeoutMs = 1_000;
const late = { status: 503, code: 'handler_timeout', afterClaim: true } as const;

const timeouts: readonly AdapterRule[] = (['succeeds', 'fails'] as const).map((end) => ({
  name: `a handler that takes too long is answered 503, and its claim held until it ${end}`,
  async run(target) {
    const held = gate();
    const application = (_webhook: unknown, run: number) => (run === 1 ? held.passed : undefined);
    await withScene(target, { receiver: { handlerTimeoutMs }, application }, async (scene) => {
      const genuine = await scene.signed();
      const connection = await scene.sent(genuine);
      await until('the handler to run', () => scene.runs.length === 1 && scene.clock.pending > 0);
      await scene.clock.advance(handlerTimeoutMs - 1);
      assert.equal(connection.hasResponse, false, 'answered too early');
      await scene.clock.advance(1);
      const before = { ...scene.soFar, outcomes: 0 };
      await scene.checkRefusal('a late handler', await connection.response(), late, before);
      await scene.refuses('a copy while it still runs', genuine, inProgress);
      if (end === 'succeeds') held.open();
      else held.fail(new Error('too late, and failed'));
      await until('the notice', () => scene.notices.length > 0);
      assert.deepEqual(
        scene.notices.map(({ code }) => code),
        ['handler_settled_late'],
      );
      if (end === 'succeeds') await scene.acknowledges('a copy afterwards', genuine, 'duplicate');
      else await scene.accepts('a copy afterwards', genuine);
    });
  },
}));

const never = (): Promise<never> => new Promise(() => {});
const slowSchema = { '~standard': { version: 1, vendor: 'test', validate: never } } as const;

const slowSchemas = rule(
  'a schema that takes too long is answered 503, and its claim given back',
  () => ({ receiver: { handlerTimeoutMs, events: { 'test.event': slowSchema } } }),
  async (scene) => {
    const before = scene.soFar;
    const connection = await scene.sent(await scene.signed());
    await until('the schema to run', () => scene.asked.includes('claim: claimed') && scene.clock.pending > 1);
    await scene.clock.advance(handlerTimeoutMs);
    await scene.checkRefusal('a slow schema', await connection.response(), late, before);
    assert.deepEqual(scene.asked, ['claim: claimed', 'release']);
  },
);

const lostClaim: AdapterRule = {
  name: 'a handler that fails after its claim was lost is answered 503, and told as `claim_lost`',
  async run(target) {
    const held = gate();
    const options = withStore((store) => {
      let claims = 0;
      return {
        claim(claim, limits) {
          claims += 1;
          return claims === 1 ? store.claim(claim, limits) : 'in_progress';
        },
      };
    });
    await withScene(target, { ...options, application: () => held.passed }, async (scene) => {
      const connection = await scene.sent(await scene.signed());
      await until('the handler to run', () => scene.runs.length === 1 && scene.clock.pending > 0);
      const before = scene.soFar;
      await scene.clock.advance(5_000);
      held.fail(new Error('aborted'));
      const lost = { status: 503, code: 'claim_lost', afterClaim: true } as const;
      await scene.checkRefusal('a lost claim', await connection.response(), lost, before);
    });
  },
};

/** Copies, repeats, and what becomes of the claim. */
export const copyRules: readonly AdapterRule[] = [
  fiveAtOnce,
  together,
  failure,
  committedFirst,
  slowSchemas,
  ...only('handler', ...timeouts, lostClaim),
];
