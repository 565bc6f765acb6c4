import assert from 'node:assert/strict';
import type { AdapterRule, ApplicationAnswer } from '../adapter/adapter-target.js';
import { during } from '../scene/in-time.js';
import type { WireResponse } from '../scene/wire.js';
import { only, rule } from './rule.js';

const answersInTurn =
  (answers: readonly ApplicationAnswer[]) =>
  (run: number): ApplicationAnswer =>
    answers[run - 1] ?? { status: 204, body: null };

function assertAnswer(what: string, response: WireResponse | undefined, expected: ApplicationAnswer): void {
  assert.ok(response, `${what}: the connection was closed without an answer`);
  assert.equal(response.status, expected.status, `${what}: the status`);
  assert.equal(response.body, expected.body ?? '', `${what}: the body`);
}

const successes: readonly ApplicationAnswer[] = [
  { status: 200, body: 'text' },
  { status: 200, body: null },
  { status: 200, body: '' },
  { status: 200, body: '\u00e9\u2028\u{1f600}'.repeat(100_000) },
  { status: 201, body: '{"a":1}' },
  { status: 202, body: 'taken' },
  { status: 204, body: null },
  { status: 226, body: 'text' },
  { status: 299, body: 'text' },
];

const failures: readonly ApplicationAnswer[] = [
  ...[300, 301, 302, 303, 307, 308].map((status) => ({ status, body: 'elsewhere' })),
  { status: 304, body: null },
  ...[400, 401, 404, 409, 410, 418, 422, 429, 499].map((status) => ({ status, body: '{"error":"no"}' })),
  ...[500, 501, 502, 503, 599].map((status) => ({ status, body: 'text' })),
  { status: 500, body: null },
];

const committed = rule(
  'every 2xx of a guarded application reaches the client as it was answered, and commits',
  () => ({ answer: answersInTurn(successes) }),
  async (scene) => {
    for (const [index, expected] of successes.entries()) {
      const what = `${expected.status} ${String(expected.body).slice(0, 20)} (${index})`;
      const genuine = await scene.signed();
      const before = scene.soFar;
      const response = await scene.send(genuine);
      assertAnswer(what, response, expected);
      await scene.checkAccepted(what, response, before);
      assert.equal(scene.outcomes.at(-1)?.status, expected.status, `${what}: the status that was told`);
      assert.deepEqual(scene.asked.slice(before.calls), ['claim: claimed', 'commit: true'], what);
      await scene.acknowledges(`a copy after ${what}`, genuine, 'duplicate');
    }
  },
);

const released = rule(
  'every other status of a guarded application reaches the client as it was answered, and gives the delivery back',
  () => ({
    answer: (run) => (run % 2 === 1 ? failures[(run - 1) / 2] : undefined) ?? { status: 204, body: null },
  }),
  async (scene) => {
    for (const expected of failures) {
      const what = `${expected.status} ${expected.body}`;
      const genuine = await scene.signed();
      const before = scene.soFar;
      assertAnswer(what, await scene.send(genuine), expected);
      await scene.untilOutcomes(before.outcomes + 1);
      const { kind, code, status } = scene.outcomes[before.outcomes] ?? {};
      assert.deepEqual([kind, code, status], ['refused', 'handler_failed', expected.status], what);
      assert.deepEqual(scene.asked.slice(before.calls), ['claim: claimed', 'release'], what);
      await scene.accepts(`the repeat after ${what}`, genuine);
      await scene.acknowledges(`a copy of it`, genuine, 'duplicate');
    }
  },
);

const thrown = rule(
  "a guarded application that throws is answered by its framework's error handler, and gives the delivery back",
  () => ({
    application: (_webhook, run) => {
      if (run === 1) throw new Error('thrown');
      if (run === 2) return Promise.reject(new Error('rejected'));
      if (run === 3) return Promise.reject(undefined);
      return run === 4 ? Promise.reject('a text') : undefined;
    },
  }),
  async (scene) => {
    const genuine = await scene.signed();
    for (const what of ['a throw', 'a rejection', 'a rejection with nothing', 'a rejection with a text']) {
      await during(what, async () => {
        const before = scene.soFar;
        const response = await scene.send(genuine);
        assert.equal(response?.status, 500, 'the status');
        await scene.untilOutcomes(before.outcomes + 1);
        assert.equal(scene.outcomes.at(-1)?.code, 'handler_failed', 'the outcome');
        assert.deepEqual(scene.asked.slice(before.calls), ['claim: claimed', 'release']);
      });
    }
    await scene.accepts('the repeat', genuine);
  },
);

/** What becomes of a delivery by what the application behind a guard answers. */
export const guardAnswerRules: readonly AdapterRule[] = only('guard', committed, released, thrown);
