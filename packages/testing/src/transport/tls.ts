import assert from 'node:assert/strict';
import { EXPIRED_TEST_CERTIFICATE } from './test-certificates.js';
import { transportRule } from './transport-rule.js';
import type { TransportNeed, TransportRule } from './transport-target.js';
import { obliging } from './wire-server.js';

const BOTH: readonly TransportNeed[] = ['resolve', 'ca'];

/** A server that cannot prove whom it is gets nothing. */
export const tlsRules: readonly TransportRule[] = [
  transportRule(
    'https is spoken with a server whose certificate is good for the name',
    async (scene) => {
      const server = await scene.serve(obliging, { certificate: true });
      scene.names.set('secure.test', ['127.0.0.1']);
      for (let time = 0; time < 2; time += 1) await scene.answered(server.url('secure.test'));
      assert.equal(server.accepted, 1);
    },
    ...BOTH,
  ),

  transportRule(
    'https is spoken with a server whose certificate is good for the address',
    async (scene) => {
      const server = await scene.serve(obliging, { certificate: true });
      await scene.answered(server.url());
    },
    'ca',
  ),

  transportRule(
    'a certificate for another name is refused, and nothing is sent',
    async (scene) => {
      const server = await scene.serve(obliging, { certificate: true });
      scene.names.set('other.test', ['127.0.0.1']);
      await scene.failed(server.url('other.test'), 'tls');
      assert.equal(server.requests.length, 0);
      await scene.untilClosed(server);
    },
    ...BOTH,
  ),

  transportRule(
    'a certificate that has expired is refused, and nothing is sent',
    async (scene) => {
      const server = await scene.serve(obliging, { certificate: EXPIRED_TEST_CERTIFICATE });
      await scene.failed(server.url(), 'tls');
      assert.equal(server.requests.length, 0);
      await scene.untilClosed(server);
    },
    'ca',
  ),

  transportRule('a server that does not speak TLS is refused', async (scene) => {
    const server = await scene.serve((peer) => peer.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await scene.failed(`https://127.0.0.1:${server.port}/`, 'tls');
    await scene.untilClosed(server);
  }),

  transportRule('a server that closes within the handshake is a TLS failure', async (scene) => {
    const server = await scene.serve((peer) => peer.end());
    await scene.failed(`https://127.0.0.1:${server.port}/`, 'tls');
    await scene.untilClosed(server);
  }),
];
