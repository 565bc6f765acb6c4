import assert from 'node:assert/strict';
import { transportRule } from './transport-rule.js';
import type { TransportScene } from './transport-scene.js';
import type { TransportRule } from './transport-target.js';
import { obliging, type WireServer } from './wire-server.js';

/** An address without the spellings that it can have. */
function plain(address: string): string {
  const host = address.includes(':') ? `[${address}]` : address;
  const { hostname } = new URL(`http://${host}/`);
  const [, high = '', low = ''] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname) ?? [];
  if (high === '') return hostname;
  const [left, right] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [left >> 8, left & 255, right >> 8, right & 255].join('.');
}

/** Every connection that was made leads to an address that the policy was asked about. */
function assertAsked(scene: TransportScene, server: WireServer): void {
  const asked = scene.asked.map(plain);
  assert.ok(server.peers.length > 0, 'no connection was made');
  for (const { address } of server.peers) {
    assert.ok(
      asked.includes(plain(address)),
      `${address} was connected to; asked about: ${asked.join(', ')}`,
    );
  }
}

async function assertBlocked(scene: TransportScene, server: WireServer, url: string): Promise<string> {
  const message = await scene.failed(url, 'blocked_address');
  assert.equal(server.accepted, 0, `a connection was made for ${url}`);
  return message;
}

/** A server at the same port of another address of this machine, where there is one. */
async function serveBeside(scene: TransportScene, { port }: WireServer) {
  for (const address of ['::1', '127.0.0.2']) {
    try {
      return { address, server: await scene.serve(obliging, { address, port }) };
    } catch {
      // No IPv6 here, or the port is taken there.
    }
  }
  return { address: '127.0.0.2', server: undefined };
}

const SPELLINGS = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '%31%32%37.0.0.1',
  '\uff11\uff12\uff17.0.0.1',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
];

/** The policy is asked about the address that is connected to, and what it refuses is not connected to. */
export const addressRules: readonly TransportRule[] = [
  transportRule('the policy is asked about an IPv4 address in a URL', async (scene) => {
    const server = await scene.serve();
    await scene.answered(server.url());
    assertAsked(scene, server);
  }),

  transportRule('the policy is asked about an IPv6 address in a URL', async (scene) => {
    const server = await scene.serve(obliging, { address: '::1' }).catch(() => undefined);
    if (server === undefined) return;
    await scene.answered(server.url('[::1]'));
    assertAsked(scene, server);
    scene.allows = () => false;
    await scene.failed(server.url('[::1]'), 'blocked_address');
    assert.equal(server.requests.length, 1);
  }),

  transportRule('the policy is asked about the address of `localhost`', async (scene) => {
    const server = await scene.serve();
    await scene.answered(server.url('localhost'));
    assertAsked(scene, server);
  }),

  transportRule(
    'no connection is made to an address that is refused, in whatever spelling',
    async (scene) => {
      const server = await scene.serve();
      scene.allows = () => false;
      for (const host of SPELLINGS) await assertBlocked(scene, server, server.url(host));
      assert.ok(scene.asked.length >= SPELLINGS.length, 'the policy was not asked each time');
    },
  ),

  transportRule('no connection is made to `localhost` where its address is refused', async (scene) => {
    const server = await scene.serve();
    scene.allows = () => false;
    await assertBlocked(scene, server, server.url('localhost'));
  }),

  transportRule('no connection is made for https where the address is refused', async (scene) => {
    const server = await scene.serve(obliging, { certificate: true });
    scene.allows = () => false;
    await assertBlocked(scene, server, server.url());
    await assertBlocked(scene, server, server.url('localhost'));
  }),

  transportRule('a policy that fails allows nothing', async (scene) => {
    const server = await scene.serve();
    scene.allows = () => {
      throw new Error('policy failed');
    };
    await assertBlocked(scene, server, server.url());
    await assertBlocked(scene, server, server.url('localhost'));
  }),

  transportRule('the policy is asked for every connection', async (scene) => {
    const server = await scene.serve(async (peer) => {
      while ((await peer.request()) !== undefined) peer.answer({ headers: { connection: 'close' } });
    });
    for (const host of ['127.0.0.1', 'localhost']) {
      scene.allows = () => true;
      await scene.answered(server.url(host));
      const before = scene.asked.length;
      scene.allows = () => false;
      await scene.failed(server.url(host), 'blocked_address');
      assert.ok(scene.asked.length > before, `the policy was not asked again about ${host}`);
    }
    assert.equal(server.accepted, 2);
  }),
];

/** The same, for names whose answers are the rule's. */
export const nameRules: readonly TransportRule[] = [
  transportRule(
    'no connection is made for a name whose addresses are all refused, and none of them is told',
    async (scene) => {
      const server = await scene.serve();
      scene.names.set('internal.test', ['127.0.0.1', '127.0.0.2']);
      scene.allows = () => false;
      const message = await assertBlocked(scene, server, server.url('internal.test'));
      assert.doesNotMatch(message, /127|loopback/, 'the message tells what the name resolves to');
    },
    'resolve',
  ),

  transportRule(
    'a name whose answer changes behind the check leads nowhere',
    async (scene) => {
      const server = await scene.serve();
      let times = 0;
      // Nothing listens at the first, which is allowed.
      scene.names.set('rebinding.test', async () => [times++ === 0 ? '127.0.0.9' : '127.0.0.1']);
      scene.allows = (address) => address === '127.0.0.9';
      for (let time = 0; time < 3; time += 1) {
        await scene.failed(server.url('rebinding.test'), ['connect', 'blocked_address']);
      }
      assert.equal(server.accepted, 0, 'a connection was made to an address that was not allowed');
    },
    'resolve',
  ),

  transportRule(
    'of several addresses only those that are allowed are connected to',
    async (scene) => {
      const server = await scene.serve();
      const { address: other, server: beside } = await serveBeside(scene, server);
      for (const [at, addresses] of [
        [other, '127.0.0.1'],
        ['127.0.0.1', other],
      ].entries()) {
        scene.names.set(`mixed-${at}.test`, addresses);
        scene.allows = (address) => plain(address) === '127.0.0.1';
        await scene.answered(server.url(`mixed-${at}.test`));
      }
      assert.equal(beside?.accepted ?? 0, 0, 'a connection was made to an address that was not allowed');
      assert.equal(server.requests.length, 2);
    },
    'resolve',
  ),

  transportRule(
    'an allowed address that cannot be reached does not make way for one that is refused',
    async (scene) => {
      const server = await scene.serve();
      scene.names.set('fallback.test', ['127.0.0.9', '127.0.0.1']);
      scene.allows = (address) => address === '127.0.0.9';
      await scene.failed(server.url('fallback.test'), 'connect');
      assert.equal(server.accepted, 0);
    },
    'resolve',
  ),

  transportRule(
    'an allowed address that cannot be reached makes way for another one',
    async (scene) => {
      const server = await scene.serve();
      scene.names.set('two.test', ['127.0.0.9', '127.0.0.1']);
      await scene.answered(server.url('two.test'));
      assertAsked(scene, server);
    },
    'resolve',
  ),
];
