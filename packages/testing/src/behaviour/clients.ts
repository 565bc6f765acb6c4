import assert from 'node:assert/strict';
import type { AdapterRule, AdapterTarget } from '../adapter/adapter-target.js';
import { type Gate, gate } from '../scene/gate.js';
import { until } from '../scene/in-time.js';
import { inProgress } from '../scene/refusals.js';
import { type Scene, type SceneOptions, withScene } from '../scene/scene.js';
import type { SignedRequest } from '../signed-request.js';
import { departures } from './departures.js';
import { only } from './rule.js';

interface Left extends Gate {
  readonly scene: Scene;
  readonly genuine: SignedRequest;
}

/** A client that goes away while the application runs for the first time; the gate holds that run. */
async function clientLeaves(
  target: AdapterTarget,
  options: SceneOptions,
  play: (left: Left) => Promise<void>,
): Promise<void> {
  for (const [, leave] of departures) {
    const held = gate();
    const application = (_webhook: unknown, run: number) => (run === 1 ? held.passed : undefined);
    await withScene(target, { ...options, application }, async (scene) => {
      const genuine = await scene.signed();
      const connection = await scene.sent(genuine);
      await until('the application to run', () => scene.runs.length === 1);
      leave(connection);
      await connection.closed();
      // Two more exchanges: by then the server has seen the end of the first connection.
      for (const copy of ['a copy', 'another']) await scene.refuses(copy, genuine, inProgress);
      assert.equal(
        scene.asked.filter((call) => !call.startsWith('claim')).length,
        0,
        'settled by its leaving',
      );
      await play({ ...held, scene, genuine });
    });
  }
}

const processed: AdapterRule = {
  name: 'a client that leaves before the answer settles nothing: what is processed is committed',
  run: (target) =>
    clientLeaves(target, {}, async ({ scene, genuine, open }) => {
      open();
      await scene.untilOutcomes(3);
      assert.deepEqual(scene.asked.slice(-1), ['commit: true']);
      assert.equal(scene.outcomes.at(-1)?.code, 'processed');
      await scene.acknowledges('the repeat', genuine, 'duplicate');
    }),
};

const failed: AdapterRule = {
  name: 'a client that leaves before the answer settles nothing: what fails is given back',
  run: (target) =>
    clientLeaves(target, {}, async ({ scene, genuine, fail }) => {
      fail(new Error('failed for nobody'));
      await scene.untilOutcomes(3);
      assert.deepEqual(scene.asked.slice(-1), ['release']);
      assert.equal(scene.outcomes.at(-1)?.code, 'handler_failed');
      await scene.accepts('the repeat', genuine);
    }),
};

const refusedByRoute: AdapterRule = {
  name: 'a route that answers an error to a client that has left gives the delivery back',
  run: (target) => {
    const answer = (run: number) => ({ status: run === 1 ? 500 : 204, body: null });
    return clientLeaves(target, { answer }, async ({ scene, genuine, open }) => {
      open();
      await scene.untilOutcomes(3);
      assert.deepEqual(scene.asked.slice(-1), ['release']);
      await scene.accepts('the repeat', genuine);
    });
  },
};

const neverAnswered: AdapterRule = {
  name: 'a route that never answers keeps its claim for `handlerTimeoutMs`, and then its lease lapses',
  run: (target) =>
    clientLeaves(target, { receiver: { leaseMs: 15_000, handlerTimeoutMs: 25_000 } }, async (left) => {
      const { scene, genuine, open } = left;
      await scene.clock.advance(25_000);
      assert.deepEqual(
        scene.notices.map(({ code }) => code),
        ['answer_overdue'],
      );
      // The last renewal was after 20 s, and gave it 15 s more.
      await scene.clock.advance(9_999);
      await scene.refuses('the repeat in the last millisecond of the lease', genuine, inProgress);
      await scene.clock.advance(1);
      await scene.accepts('the repeat after the lease', genuine);
      open();
    }),
};

const overdue: AdapterRule = {
  name: 'an answer that is overdue behind a guard is told, and given to the client when it comes',
  async run(target) {
    const held = gate();
    const receiver = { handlerTimeoutMs: 1_000 };
    const answer = () => ({ status: 200, body: 'late' });
    await withScene(target, { receiver, application: () => held.passed, answer }, async (scene) => {
      const genuine = await scene.signed();
      const connection = await scene.sent(genuine);
      await until('the application to run', () => scene.runs.length === 1 && scene.clock.pending > 0);
      await scene.clock.advance(999);
      assert.deepEqual(scene.notices, []);
      await scene.clock.advance(1);
      assert.deepEqual(
        scene.notices.map(({ code }) => code),
        ['answer_overdue'],
      );
      assert.equal(connection.hasResponse, false, 'answered by somebody else than the application');
      held.open();
      const response = await connection.response();
      assert.deepEqual([response?.status, response?.body], [200, 'late']);
      await scene.acknowledges('a copy', genuine, 'duplicate');
    });
  },
};

/** Clients that do not wait, and applications that let them wait. */
export const clientRules: readonly AdapterRule[] = [
  processed,
  failed,
  ...only('guard', refusedByRoute, neverAnswered, overdue),
];
