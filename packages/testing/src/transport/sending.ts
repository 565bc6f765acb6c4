import assert from 'node:assert/strict';
import type { ExchangeRequest } from '@countersign/sender';
import type { ReceivedRequest } from './peer.js';
import { transportRule } from './transport-rule.js';
import type { TransportScene } from './transport-scene.js';
import type { TransportRule } from './transport-target.js';

const MIB = 1024 * 1024;

/** What a server gets of an exchange, which it answers with 200. */
async function sent(
  scene: TransportScene,
  changes: Partial<ExchangeRequest> = {},
  path?: string,
): Promise<{ readonly request: ReceivedRequest; readonly host: string }> {
  const server = await scene.serve();
  const url = server.url(undefined, path);
  const { status } = await scene.answered(url, changes);
  assert.equal(status, 200);
  const [request, ...more] = server.requests;
  assert.ok(request !== undefined && more.length === 0, `${server.requests.length} requests came`);
  return { request, host: new URL(url).host };
}

const valuesOf = ({ headers }: ReceivedRequest, name: string): readonly string[] =>
  headers.filter(([each]) => each === name).map(([, value]) => value);

/** What is on the wire is what was given. */
export const sendingRules: readonly TransportRule[] = [
  transportRule("sends the body's bytes as they are, with their length", async (scene) => {
    const body = Uint8Array.from({ length: 512 }, (_, at) => at % 256);
    const { request } = await sent(scene, { body });
    assert.equal(request.method, 'POST');
    assert.deepEqual([...request.body], [...body]);
    assert.deepEqual(valuesOf(request, 'content-length'), ['512']);
  }),

  transportRule('sends a part of a larger buffer, and nothing beside it', async (scene) => {
    const body = new Uint8Array(Buffer.from('before{"a":1}behind')).subarray(6, 13);
    const { request } = await sent(scene, { body });
    assert.equal(request.body.toString(), '{"a":1}');
  }),

  transportRule('sends an empty body with its length', async (scene) => {
    const { request } = await sent(scene, { body: new Uint8Array() });
    assert.deepEqual(valuesOf(request, 'content-length'), ['0']);
  }),

  transportRule('sends a body of 5 MiB whole', async (scene) => {
    const { request } = await sent(scene, { body: Buffer.alloc(5 * MIB, 'x') });
    assert.equal(request.body.length, 5 * MIB);
  }),

  transportRule('sends the path and the query as they stand in the URL', async (scene) => {
    const path = "/a%20b/%2F/%C3%BC/..;/x'y?x=1&empty=&x=%C3%A9+1&y=[z]";
    const { request, host } = await sent(scene, {}, `${path}#fragment`);
    assert.equal(request.target, path);
    assert.deepEqual(valuesOf(request, 'host'), [host]);
  }),

  transportRule('sends the root where the URL has no path', async (scene) => {
    const { request } = await sent(scene, {}, '');
    assert.equal(request.target, '/');
  }),

  transportRule('sends the headers as they are, each once', async (scene) => {
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,b64==',
      'x-latin': 'caf\u00e9',
      'x-list': 'a, b;q="c, d"',
      'user-agent': 'Countersign/1.0',
    };
    const { request } = await sent(scene, { headers });
    for (const [name, value] of Object.entries(headers))
      assert.deepEqual(valuesOf(request, name), [value], name);
  }),

  transportRule(
    'asks for no encoding of the answer, no other protocol and no permission to send',
    async (scene) => {
      const { request } = await sent(scene);
      for (const name of ['expect', 'upgrade', 'te', 'transfer-encoding']) {
        assert.deepEqual(valuesOf(request, name), [], name);
      }
      assert.ok(valuesOf(request, 'accept-encoding').every((value) => value === 'identity'));
    },
  ),

  transportRule('a request is written once, also where its connection is lost', async (scene) => {
    const server = await scene.serve(async (peer) => {
      await peer.request();
      peer.reset();
    });
    await scene.failed(server.url(), 'reset');
    assert.equal(server.requests.length, 1);
  }),
];
