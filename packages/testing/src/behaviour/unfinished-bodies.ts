import assert from 'node:assert/strict';
import type { AdapterRule } from '../adapter/adapter-target.js';
import { until } from '../scene/in-time.js';
import type { RawConnection } from '../scene/raw-connection.js';
import type { Scene, SceneOptions } from '../scene/scene.js';
import { chunk } from '../scene/wire.js';
import type { SignedRequest } from '../signed-request.js';
import { departures } from './departures.js';
import { rule, usual } from './rule.js';

const bodyTimeoutMs = 4_000;
const patient = (): SceneOptions => ({ receiver: { bodyTimeoutMs } });
const tooSlow = { status: 408, code: 'body_timeout' } as const;

/** Until the receiver waits for a body: its time runs. */
const waitsForBody = ({ clock }: Scene): Promise<void> =>
  until('the receiver to wait for the body', () => clock.pending > 0);

/** A connection on which the head of a delivery has been sent, and a part of its body. */
async function begun(scene: Scene, genuine: SignedRequest, partLength: number): Promise<RawConnection> {
  const connection = await scene.connect();
  connection.sendHead(genuine, ['content-length', String(genuine.body.length)]);
  connection.write(genuine.body.subarray(0, partLength));
  await waitsForBody(scene);
  return connection;
}

async function assertAborted(scene: Scene, what: string, before: number): Promise<void> {
  await scene.untilOutcomes(before + 1);
  await scene.quiet();
  assert.deepEqual(
    scene.outcomes.slice(before).map(({ kind, code, status }) => [kind, code, status]),
    [['refused', 'body_aborted', 400]],
    `${what}: what was told`,
  );
  assert.deepEqual([scene.runs.length, scene.asked], [0, []], what);
}

/** Bodies that come slowly, or in part. */
export const unfinishedBodyRules: readonly AdapterRule[] = [
  rule('a slow body that is complete in time is taken', patient, async (scene) => {
    const genuine = await scene.signed();
    const before = scene.soFar;
    const connection = await begun(scene, genuine, 10);
    await scene.clock.advance(bodyTimeoutMs - 1);
    connection.write(genuine.body.subarray(10));
    await scene.checkAccepted('in the last millisecond', await connection.response(), before);
    await scene.quiet();
  }),
  rule('a body that stops is answered 408 when its time is over', patient, async (scene) => {
    const genuine = await scene.signed();
    const before = scene.soFar;
    const connection = await begun(scene, genuine, 10);
    await scene.clock.advance(bodyTimeoutMs - 1);
    assert.equal(connection.hasResponse, false, 'answered too early');
    await scene.clock.advance(1);
    await scene.checkRefusal('a body that stopped', await connection.response(), tooSlow, before);
    await scene.accepts('the retry', genuine);
  }),
  rule('a body that trickles is answered 408 when its time is over', patient, async (scene) => {
    const genuine = await scene.signed();
    const before = scene.soFar;
    const connection = await scene.connect();
    connection.sendHead(genuine, ['transfer-encoding', 'chunked']);
    await waitsForBody(scene);
    for (let second = 0; second < bodyTimeoutMs / 1_000; second += 1) {
      connection.write(chunk(genuine.body.subarray(second, second + 1)));
      await scene.clock.advance(1_000);
    }
    await scene.checkRefusal('a byte each second', await connection.response(), tooSlow, before);
  }),
  rule('a connection whose body came too slowly is closed after the answer', patient, async (scene) => {
    const connection = await begun(scene, await scene.signed(), 10);
    await scene.clock.advance(bodyTimeoutMs);
    assert.equal((await connection.response())?.status, 408);
    await connection.closedByPeer();
  }),
  rule('a client that leaves in the middle of its body is told as `body_aborted`', usual, async (scene) => {
    for (const [how, leave] of departures) {
      for (const partLength of [0, 10]) {
        const before = scene.outcomes.length;
        const connection = await begun(scene, await scene.signed(), partLength);
        leave(connection);
        await assertAborted(scene, `${how} after ${partLength} bytes`, before);
      }
    }
    await scene.accepts('another client', await scene.signed());
  }),
  rule(
    'a client that leaves in the middle of a chunked body is told as `body_aborted`',
    usual,
    async (scene) => {
      for (const [how, leave] of departures) {
        const genuine = await scene.signed();
        const before = scene.outcomes.length;
        const connection = await scene.connect();
        connection.sendHead(genuine, ['transfer-encoding', 'chunked']);
        // All of it but its end: without that it is no body.
        connection.write(chunk(genuine.body));
        await waitsForBody(scene);
        leave(connection);
        await assertAborted(scene, `${how} before the last chunk`, before);
      }
      await scene.accepts('another client', await scene.signed());
    },
  ),
];
