import assert from 'node:assert/strict';
import { inTime, until } from '../scene/in-time.js';
import { transportRule } from './transport-rule.js';
import { assertFailed } from './transport-scene.js';
import type { TransportRule } from './transport-target.js';

const ANY_REASON = ['timeout', 'dns', 'connect', 'tls', 'reset', 'protocol'] as const;

/** `close` ends everything. */
export const closingRules: readonly TransportRule[] = [
  transportRule('`close` ends the exchanges that are under way', async (scene) => {
    const server = await scene.serve(async (peer) => {
      await peer.request();
    });
    const unanswered = scene.begin(server.url());
    const unconnected = scene.begin(await scene.blackHole());
    await until('the server to hang', () => server.requests.length > 0);
    await scene.close();
    for (const { ended } of [unanswered, unconnected]) {
      assertFailed(await inTime('the end of the exchange', ended), ANY_REASON);
    }
    await scene.untilClosed(server);
  }),

  transportRule(
    '`close` ends an exchange whose name is being resolved',
    async (scene) => {
      let isAsked = false;
      scene.names.set('hanging.test', () => {
        isAsked = true;
        return new Promise(() => {});
      });
      const running = scene.begin('http://hanging.test:9/');
      await until('the name to be resolved', () => isAsked);
      await scene.close();
      assertFailed(await inTime('the end of the exchange', running.ended), ANY_REASON);
    },
    'resolve',
  ),

  transportRule('`close` closes the connections that were kept', async (scene) => {
    const server = await scene.serve();
    await scene.answered(server.url());
    await scene.close();
    await scene.untilClosed(server);
  }),

  transportRule('nothing is sent after `close`', async (scene) => {
    const server = await scene.serve();
    await scene.close();
    await scene.failed(server.url(), ANY_REASON);
    assert.equal(server.accepted, 0);
    await scene.close();
  }),
];
