import assert from 'node:assert/strict';
import { inTime, until } from '../scene/in-time.js';
import { transportRule } from './transport-rule.js';
import { assertFailed, type Running, type TransportScene } from './transport-scene.js';
import type { TransportRule } from './transport-target.js';
import { obliging, type PeerScript, type WireServer } from './wire-server.js';

/** Sockets of this process that keep it running: one that was forgotten while it was made is among them. */
const sockets = (): number =>
  process.getActiveResourcesInfo().filter((kind) => /^TCP(Socket|Connect)Wrap$/.test(kind)).length;

/** Ends an exchange that a server keeps hanging, when it hangs. */
async function abortHanging(
  scene: TransportScene,
  server: WireServer,
  isHanging: (server: WireServer) => boolean,
  url = server.url(),
): Promise<void> {
  const running = scene.begin(url);
  await until('the server to hang', () => isHanging(server));
  await scene.abort(running);
  await scene.untilClosed(server);
}

const hasRequest = ({ requests }: WireServer): boolean => requests.length > 0;
const hasDripped = ({ peers }: WireServer): boolean => (peers[0]?.written ?? 0) > 3;

const silent: PeerScript = async (peer) => {
  await peer.request();
};

const dripping =
  (start: string, again: string): PeerScript =>
  async (peer) => {
    await peer.request();
    await peer.drip(start, again);
  };

/** The signal ends the exchange in each of its stages, and leaves nothing behind. */
export const deadlineRules: readonly TransportRule[] = [
  transportRule('the signal ends a connection that is neither made nor refused', async (scene) => {
    const url = await scene.blackHole();
    const before = sockets();
    const running = scene.begin(url);
    await until('a socket to connect', () => sockets() > before);
    await scene.abort(running);
    await until('the end of the socket', () => sockets() <= before);
  }),

  transportRule('the signal ends a TLS handshake without an answer', async (scene) => {
    const server = await scene.serve(() => {});
    await abortHanging(scene, server, ({ open }) => open > 0, `https://127.0.0.1:${server.port}/hook`);
  }),

  transportRule(
    'the signal ends a name resolution without an answer, which is told',
    async (scene) => {
      let isAsked = false;
      let isTold = false;
      scene.names.set('hanging.test', (signal) => {
        isAsked = true;
        signal.addEventListener('abort', () => {
          isTold = true;
        });
        return new Promise(() => {});
      });
      const running = scene.begin('http://hanging.test:9/');
      await until('the name to be resolved', () => isAsked);
      await scene.abort(running);
      await until('the resolution to be told', () => isTold);
    },
    'resolve',
  ),

  transportRule('the signal ends a wait for an answer', async (scene) => {
    await abortHanging(scene, await scene.serve(silent), hasRequest);
  }),

  transportRule('the signal ends headers that come byte by byte', async (scene) => {
    const server = await scene.serve(dripping('HTTP/1.1 200 OK\r\n', 'x-y: z\r\n'));
    await abortHanging(scene, server, hasDripped);
  }),

  transportRule('the signal ends interim answers without end', async (scene) => {
    const server = await scene.serve(dripping('', 'HTTP/1.1 103 Early Hints\r\n\r\n'));
    await abortHanging(scene, server, hasDripped);
  }),

  transportRule('the signal ends a body that comes byte by byte: its 2xx is no answer', async (scene) => {
    const server = await scene.serve(dripping('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', 'x'));
    await abortHanging(scene, server, hasDripped);
  }),

  transportRule('the signal ends a body that stops', async (scene) => {
    const server = await scene.serve(async (peer) => {
      await peer.request();
      peer.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
      peer.written = 4;
    });
    await abortHanging(scene, server, hasDripped);
  }),

  transportRule('the signal ends a request that nobody reads', async (scene) => {
    const server = await scene.serve((peer) => peer.pause());
    const running = scene.begin(server.url(), { body: Buffer.alloc(32 * 1024 * 1024) });
    await until('the connection', () => server.open > 0);
    await scene.abort(running);
    for (const peer of server.peers) peer.close();
    await scene.untilClosed(server);
  }),

  transportRule('a signal that has ended already lets nothing be sent', async (scene) => {
    const server = await scene.serve();
    await scene.failed(server.url(), 'timeout', { signal: AbortSignal.abort() });
    assert.equal(server.accepted, 0);
  }),

  transportRule('a signal that ends behind the answer changes nothing', async (scene) => {
    const server = await scene.serve();
    const first = scene.begin(server.url());
    assert.equal((await inTime('the answer', first.ended)).kind, 'response');
    first.abort();
    await scene.answered(server.url());
    assert.equal(server.requests.length, 2);
  }),

  transportRule('the end of one exchange is not the end of another at the same server', async (scene) => {
    let isHanging = true;
    const server = await scene.serve((peer) => {
      const script = isHanging ? silent : obliging;
      isHanging = false;
      return script(peer);
    });
    const hanging = scene.begin(server.url());
    await until('the server to hang', () => hasRequest(server));
    await scene.answered(server.url());
    await scene.abort(hanging);
    await scene.answered(server.url());
  }),

  transportRule('of 50 exchanges at once each gets its own answer or its own end', async (scene) => {
    const server = await scene.serve(async (peer) => {
      for (let request = await peer.request(); request !== undefined; request = await peer.request()) {
        if (!request.target.endsWith('0')) peer.answer({ body: request.target });
      }
    });
    const running: Running[] = [];
    for (let at = 0; at < 50; at += 1) running.push(scene.begin(server.url(undefined, `/${at}`)));
    const isEndless = (at: number): boolean => at % 10 === 0;
    await until('all requests', () => server.requests.length === 50);
    for (const [at, { abort }] of running.entries()) if (isEndless(at)) abort();
    for (const [at, { ended }] of running.entries()) {
      const exchange = await inTime(`the end of exchange ${at}`, ended);
      if (isEndless(at)) assertFailed(exchange, 'timeout');
      else assert.equal(exchange.kind === 'response' && Buffer.from(exchange.body).toString(), `/${at}`);
    }
  }),
];
