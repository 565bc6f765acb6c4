import assert from 'node:assert/strict';
import type { AdapterRule, AdapterTarget } from '../adapter/adapter-target.js';
import { until } from '../scene/in-time.js';
import type { RawConnection } from '../scene/raw-connection.js';
import { type Scene, withScene } from '../scene/scene.js';
import type { SignedRequest } from '../signed-request.js';
import { only } from './rule.js';

/** An answer that is written by hand. */
interface Stream {
  readonly body: ReadableStream<Uint8Array>;
  write(text: string): void;
  end(): void;
  fail(): void;
}

function stream(): Stream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(made) {
      controller = made;
    },
  });
  const encoder = new TextEncoder();
  return {
    body,
    write: (text) => controller?.enqueue(encoder.encode(text)),
    end: () => controller?.close(),
    fail: () => controller?.error(new Error('the stream failed')),
  };
}

interface Streaming {
  readonly scene: Scene;
  readonly genuine: SignedRequest;
  readonly connection: RawConnection;
  readonly answer: Stream;
}

/** A delivery that is answered by a stream, of which the client has the beginning. */
async function whileStreaming(
  target: AdapterTarget,
  status: number,
  play: (streaming: Streaming) => Promise<void>,
): Promise<void> {
  const answer = stream();
  const answerOf = (run: number) => (run === 1 ? { status, body: answer.body } : { status: 204, body: null });
  await withScene(target, { answer: answerOf }, async (scene) => {
    const genuine = await scene.signed();
    const connection = await scene.sent(genuine);
    answer.write('first ');
    await until('the beginning of the stream', () => connection.received.includes('first '));
    assert.ok(connection.received.startsWith(`HTTP/1.1 ${status} `), connection.received);
    assert.equal(connection.hasResponse, false, 'the stream has ended before its end');
    await play({ scene, genuine, connection, answer });
  });
}

async function assertCommitted({ scene, genuine }: Streaming): Promise<void> {
  await scene.untilOutcomes(1);
  assert.equal(scene.outcomes[0]?.code, 'processed');
  assert.deepEqual(scene.asked, ['claim: claimed', 'commit: true']);
  await scene.acknowledges('a copy', genuine, 'duplicate');
}

const whole: AdapterRule = {
  name: 'a streamed 2xx commits with its status, before the stream ends, and arrives whole',
  run: (target) =>
    whileStreaming(target, 200, async (streaming) => {
      const { connection, answer } = streaming;
      await assertCommitted(streaming);
      answer.write('second ');
      await until('more of the stream', () => connection.received.includes('second '));
      answer.write('x'.repeat(300_000));
      answer.write(' last');
      answer.end();
      const response = await connection.response();
      assert.equal(response?.status, 200);
      assert.equal(response.body, `first second ${'x'.repeat(300_000)} last`);
    }),
};

const failing: AdapterRule = {
  name: 'a streamed 2xx that fails in the middle stays committed',
  run: (target) =>
    whileStreaming(target, 200, async (streaming) => {
      await assertCommitted(streaming);
      streaming.answer.fail();
      await streaming.connection.closed();
      const { scene, genuine } = streaming;
      await scene.acknowledges('a copy after the failure', genuine, 'duplicate');
      await scene.quiet();
      assert.deepEqual([scene.runs.length, scene.outcomes.length, scene.notices.length], [1, 3, 0]);
    }),
};

const refusing: AdapterRule = {
  name: 'a streamed error gives the delivery back with its status, before the stream ends',
  run: (target) =>
    whileStreaming(target, 500, async ({ scene, genuine, connection, answer }) => {
      await scene.untilOutcomes(1);
      assert.deepEqual(scene.asked, ['claim: claimed', 'release']);
      await scene.accepts('the repeat, while the first answer still comes', genuine);
      answer.write('last');
      answer.end();
      assert.equal((await connection.response())?.body, 'first last');
    }),
};

const abandoned: AdapterRule = {
  name: 'a client that leaves in the middle of a streamed 2xx changes nothing',
  run: (target) =>
    whileStreaming(target, 200, async (streaming) => {
      const { scene, genuine, connection, answer } = streaming;
      connection.abort();
      await connection.closed();
      await assertCommitted(streaming);
      try {
        answer.write('for nobody');
        answer.end();
      } catch {
        // The framework has cancelled a stream that nobody reads.
      }
      await scene.acknowledges('a copy later', genuine, 'duplicate');
      await scene.quiet();
      assert.deepEqual([scene.runs.length, scene.outcomes.length, scene.notices.length], [1, 3, 0]);
    }),
};

/** Answers that take their time, behind a guard. */
export const streamRules: readonly AdapterRule[] = only('guard', whole, failing, refusing, abandoned);
