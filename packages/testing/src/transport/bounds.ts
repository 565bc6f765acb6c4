import assert from 'node:assert/strict';
import type { Peer } from './peer.js';
import { transportRule } from './transport-rule.js';
import type { TransportRule } from './transport-target.js';
import type { PeerScript } from './wire-server.js';

const MIB = 1024 * 1024;
/** What the kernel's buffers on both ends can swallow, many times over. */
const FAR_TOO_MUCH = 64 * MIB;

const answering =
  (body: string): PeerScript =>
  async (peer) => {
    while ((await peer.request()) !== undefined) peer.answer({ status: 202, body });
  };

/** Answers with this, and then with that without end. */
const flooding =
  (start: string, again: string): PeerScript =>
  async (peer: Peer) => {
    await peer.request();
    peer.write(start);
    await peer.flood(again);
  };

/** No more of an answer is read than was asked for. */
export const boundRules: readonly TransportRule[] = [
  transportRule('a body that is longer than was asked for is cut, and keeps its status', async (scene) => {
    const server = await scene.serve(answering('x'.repeat(1000) + 'y'.repeat(99_000)));
    const { status, body, truncated } = await scene.answered(server.url(), { maxResponseBytes: 1000 });
    assert.deepEqual({ status, truncated }, { status: 202, truncated: true });
    assert.equal(Buffer.from(body).toString(), 'x'.repeat(1000));
  }),

  transportRule('a body of just the length that was asked for is whole', async (scene) => {
    const server = await scene.serve(answering('x'.repeat(1000)));
    const { body, truncated } = await scene.answered(server.url(), { maxResponseBytes: 1000 });
    assert.deepEqual([body.length, truncated], [1000, false]);
  }),

  transportRule('nothing of a body is kept where nothing was asked for', async (scene) => {
    const full = await scene.serve(answering('x'));
    const empty = await scene.serve(answering(''));
    const cut = await scene.answered(full.url(), { maxResponseBytes: 0 });
    assert.deepEqual([cut.status, cut.body.length, cut.truncated], [202, 0, true]);
    const whole = await scene.answered(empty.url(), { maxResponseBytes: 0 });
    assert.deepEqual([whole.status, whole.body.length, whole.truncated], [202, 0, false]);
  }),

  transportRule('a body without end is left, and its connection closed', async (scene) => {
    const server = await scene.serve(flooding('HTTP/1.1 200 OK\r\n\r\n', 'x'));
    const { status, body, truncated } = await scene.answered(server.url(), { maxResponseBytes: 1000 });
    assert.deepEqual([status, body.length, truncated], [200, 1000, true]);
    await scene.untilClosed(server);
    assert.ok((server.peers[0]?.written ?? 0) < FAR_TOO_MUCH, 'far more was read than asked for');
  }),

  transportRule('headers without end are no answer, and their connection is closed', async (scene) => {
    const server = await scene.serve(flooding('HTTP/1.1 200 OK\r\n', 'x-more: of the same\r\n'));
    await scene.failed(server.url(), 'protocol');
    await scene.untilClosed(server);
    assert.ok((server.peers[0]?.written ?? 0) < FAR_TOO_MUCH, 'far more was read than headers may have');
  }),
];
