import assert from 'node:assert/strict';
import { inTime } from '../scene/in-time.js';
import { transportRule } from './transport-rule.js';
import type { TransportRule } from './transport-target.js';

/** What was kept open serves the next exchange, and no answer becomes that of another request. */
export const reuseRules: readonly TransportRule[] = [
  transportRule('a connection is used again', async (scene) => {
    const server = await scene.serve();
    for (let time = 0; time < 5; time += 1) await scene.answered(server.url());
    assert.equal(server.accepted, 1);
    assert.equal(server.requests.length, 5);
  }),

  transportRule('a connection that the answer ends is not used again', async (scene) => {
    const server = await scene.serve(async (peer) => {
      while ((await peer.request()) !== undefined) peer.answer({ headers: { connection: 'close' } });
    });
    for (let time = 0; time < 3; time += 1) await scene.answered(server.url());
    assert.equal(server.requests.length, 3);
    await scene.untilClosed(server);
  }),

  transportRule('a connection that the server closed while it was idle is no failure', async (scene) => {
    const server = await scene.serve(async (peer) => {
      await peer.request();
      peer.answer();
      peer.end();
    });
    for (let time = 0; time < 3; time += 1) {
      await scene.answered(server.url());
      await scene.untilClosed(server);
    }
    assert.equal(server.requests.length, 3);
  }),

  transportRule('a connection that the server reset while it was idle is no failure', async (scene) => {
    const server = await scene.serve(async (peer) => {
      await peer.request();
      peer.answer();
    });
    for (let time = 0; time < 3; time += 1) {
      await scene.answered(server.url());
      for (const peer of server.peers) peer.reset();
      await scene.untilClosed(server);
    }
    assert.equal(server.requests.length, 3);
  }),

  transportRule('the rest of an answer that was cut is not the next answer', async (scene) => {
    const server = await scene.serve(async (peer) => {
      for (let request = await peer.request(); request !== undefined; request = await peer.request()) {
        peer.answer({ body: request.target.padEnd(100_000) });
      }
    });
    for (const path of ['/one', '/two', '/three']) {
      const { body } = await scene.answered(server.url(undefined, path), { maxResponseBytes: 10 });
      assert.equal(Buffer.from(body).toString(), path.padEnd(10));
    }
  }),

  transportRule('an answer too many is not the answer to the next request', async (scene) => {
    const server = await scene.serve(async (peer) => {
      for (let request = await peer.request(); request !== undefined; request = await peer.request()) {
        const own = `HTTP/1.1 200 OK\r\ncontent-length: ${request.target.length}\r\n\r\n${request.target}`;
        peer.write(`${own}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged`);
      }
    });
    for (const path of ['/one', '/two', '/three']) {
      const { body } = await scene.answered(server.url(undefined, path));
      assert.equal(Buffer.from(body).toString(), path);
    }
  }),

  transportRule('the policy is asked again about a connection that was kept', async (scene) => {
    const server = await scene.serve();
    await scene.answered(server.url());
    scene.allows = () => false;
    await scene.failed(server.url(), 'blocked_address');
    assert.equal(server.requests.length, 1, 'the kept connection was used');
    scene.allows = () => true;
    await scene.answered(server.url());
  }),

  transportRule('exchanges of one policy do not use what only another one allows', async (scene) => {
    const server = await scene.serve();
    const [allowing, refusing] = [() => true, () => false];
    for (let time = 0; time < 3; time += 1) {
      await scene.answered(server.url(), { allowsAddress: allowing });
      await scene.failed(server.url(), 'blocked_address', { allowsAddress: refusing });
    }
    const both = [scene.begin(server.url()), scene.begin(server.url(), { allowsAddress: refusing })];
    const kinds = await inTime('both exchanges', Promise.all(both.map(({ ended }) => ended)));
    assert.deepEqual(
      kinds.map(({ kind }) => kind),
      ['response', 'failure'],
    );
    assert.equal(server.requests.length, 4);
  }),
];
