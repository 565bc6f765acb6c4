import assert from 'node:assert/strict';
import type { Exchange, ExchangeRequest, FailureReason, Transport } from '@countersign/sender';
import { inTime, until } from '../scene/in-time.js';
import { type BlackHole, blackHole } from './black-hole.js';
import { TEST_AUTHORITY } from './test-certificates.js';
import type { TransportTarget } from './transport-target.js';
import { type PeerScript, WireServer, type WireServerOptions } from './wire-server.js';

/** An exchange under way, whose signal is in the rule's hands. */
export interface Running {
  readonly ended: Promise<Exchange>;
  abort(): void;
}

/** What a name resolves to, or what decides it when it is asked for. */
type Answer = readonly string[] | ((signal: AbortSignal) => Promise<readonly string[]>);

const SECRET = 'Bearer not-for-any-log';
const TOKEN_IN_BODY = 'not-for-any-log-either';

/** One rule's transport, its servers and names, and what the transport asked. */
export class TransportScene {
  /** What made-up names resolve to. */
  readonly names = new Map<string, Answer>([['localhost', ['127.0.0.1']]]);
  /** Addresses that the transport asked about. */
  readonly asked: string[] = [];
  /** The policy: of every exchange that brings none of its own. */
  allows: (address: string) => boolean = () => true;
  readonly #transport: Transport;
  readonly #servers: WireServer[] = [];
  readonly #holes: BlackHole[] = [];

  private constructor(transport: Transport) {
    this.#transport = transport;
  }

  static async play(target: TransportTarget, play: (scene: TransportScene) => Promise<void>): Promise<void> {
    const resolver: { scene?: TransportScene } = {};
    const transport = await target.create({
      resolve: async (hostname, signal) => resolver.scene?.resolve(hostname, signal) ?? [],
      ca: TEST_AUTHORITY,
    });
    const scene = new TransportScene(transport);
    resolver.scene = scene;
    try {
      await play(scene);
      await scene.close();
    } finally {
      for (const server of scene.#servers) server.close();
      await Promise.all(scene.#holes.map((hole) => hole.close()));
    }
  }

  async resolve(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
    const answer = this.names.get(hostname);
    if (answer === undefined) {
      throw Object.assign(new Error(`queryA ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
    }
    return typeof answer === 'function' ? answer(signal) : answer;
  }

  /** A server that lives as long as the scene. */
  async serve(script?: PeerScript, options?: WireServerOptions): Promise<WireServer> {
    const server = await WireServer.open(script, options);
    this.#servers.push(server);
    return server;
  }

  /** The URL of a port that neither takes connections nor refuses them. */
  async blackHole(): Promise<string> {
    const hole = await blackHole();
    this.#holes.push(hole);
    return `http://127.0.0.1:${hole.port}/hook`;
  }

  begin(url: string, changes: Partial<ExchangeRequest> = {}): Running {
    const deadline = new AbortController();
    const ended = this.#exchange({
      url: new URL(url),
      headers: { 'content-type': 'application/json', authorization: SECRET },
      body: Buffer.from(JSON.stringify({ type: 'job.completed', token: TOKEN_IN_BODY })),
      maxResponseBytes: 65_536,
      signal: deadline.signal,
      allowsAddress: (address) => {
        this.asked.push(address);
        return this.allows(address);
      },
      ...changes,
    });
    // Where a rule fails before it awaits the end, that is told.
    ended.catch(() => {});
    return { ended, abort: () => deadline.abort() };
  }

  /** An exchange to its end, which comes by itself. */
  exchange(url: string, changes?: Partial<ExchangeRequest>): Promise<Exchange> {
    return inTime('the end of the exchange', this.begin(url, changes).ended);
  }

  /** An exchange that must bring an answer. */
  async answered(url: string, changes?: Partial<ExchangeRequest>) {
    const exchange = await this.exchange(url, changes);
    assert.ok(exchange.kind === 'response', `no answer came: ${JSON.stringify(exchange)}`);
    return exchange;
  }

  /** An exchange that must fail, for one of these reasons. */
  async failed(
    url: string,
    reasons: FailureReason | readonly FailureReason[],
    changes?: Partial<ExchangeRequest>,
  ): Promise<string> {
    return assertFailed(await this.exchange(url, changes), reasons);
  }

  /** Ends an exchange by its signal, which must be enough. */
  async abort({ ended, abort }: Running): Promise<void> {
    abort();
    assertFailed(await inTime('the end of the exchange after its signal', ended), 'timeout');
  }

  /** Until this end of every connection is closed too. */
  async untilClosed(server: WireServer): Promise<void> {
    await until('the end of all connections', () => server.open === 0);
  }

  async close(): Promise<void> {
    await inTime('the transport to close', this.#transport.close());
  }

  async #exchange(request: ExchangeRequest): Promise<Exchange> {
    let exchange: Exchange;
    try {
      exchange = await this.#transport.exchange(request);
    } catch (error) {
      throw new assert.AssertionError({ message: `the exchange rejected: ${error}` });
    }
    if (exchange.kind === 'failure') assertSpeakable(exchange.message);
    return exchange;
  }
}

export function assertFailed(exchange: Exchange, reasons: FailureReason | readonly FailureReason[]): string {
  assert.ok(exchange.kind === 'failure', `an answer came: ${JSON.stringify(exchange)}`);
  assert.ok([reasons].flat().includes(exchange.reason), `failed by ${exchange.reason}, not by ${reasons}`);
  return exchange.message;
}

/** What stands in a log that others read. */
function assertSpeakable(message: string): void {
  assert.match(message, /^[^\r\n]{1,500}$/, 'the message is no short line');
  for (const secret of [SECRET, TOKEN_IN_BODY]) {
    assert.ok(!message.includes(secret), `the message holds what was sent: ${message}`);
  }
}
