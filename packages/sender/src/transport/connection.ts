import { type buildConnector, Client } from 'undici';
import { AnswerReader } from './answer-reader.js';
import type { Dial, Link } from './dial.js';
import type { Carrier, ExchangeHandler } from './exchange-handler.js';
import { failureOf } from './failures.js';
import type { Target } from './target.js';

/** What keeps connections. */
export interface ConnectionOwner {
  /** It can be used again. */
  release(connection: Connection): void;
  /** It is of no use any more. */
  drop(connection: Connection): void;
  /** Finds another connection for an exchange. */
  run(exchange: ExchangeHandler): void;
}

/** A server that says nothing of it closes idle connections after 5 s or more; most that do, say so. */
const IDLE_MS = 4_000;
const LONGEST_IDLE_MS = 60_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** One connection to an origin, for one exchange after the other. */
export class Connection implements Carrier {
  readonly #owner: ConnectionOwner;
  readonly #target: Target;
  readonly #dial: Dial;
  readonly #client: Client;
  #dialling: AbortController | undefined;
  #reader: AnswerReader | undefined;
  #exchange: ExchangeHandler | undefined;
  #peer: string | undefined;

  constructor(owner: ConnectionOwner, target: Target, dial: Dial) {
    this.#owner = owner;
    this.#target = target;
    this.#dial = dial;
    this.#client = new Client(target.origin, {
      connect: (_options, callback) => this.#connect(callback),
      // The exchange's signal is the one deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: LONGEST_IDLE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      allowH2: false,
    });
    this.#client.on('disconnect', () => {
      if (this.#exchange === undefined) this.#owner.drop(this);
    });
  }

  /** Whether an exchange may use it as it is: its policy may be another one, or of another opinion, than before. */
  isAllowedFor(exchange: ExchangeHandler): boolean {
    return this.#peer === undefined || exchange.allows(this.#peer);
  }

  run(exchange: ExchangeHandler): void {
    const { url, headers, body, maxResponseBytes } = exchange.request;
    exchange.carrier = this;
    this.#exchange = exchange;
    this.#reader?.begin(maxResponseBytes);
    const path = `${url.pathname}${url.search}`;
    this.#client.dispatch({ path, method: 'POST', headers, body }, exchange);
  }

  over(_exchange: ExchangeHandler, isReusable: boolean): void {
    this.#exchange = undefined;
    if (isReusable) this.#owner.release(this);
    else this.#owner.drop(this);
  }

  unsent(exchange: ExchangeHandler): void {
    this.over(exchange, false);
    this.#owner.run(exchange);
  }

  /** The exchange that it is used for. */
  get exchange(): ExchangeHandler | undefined {
    return this.#exchange;
  }

  /** Ends it, also while it is made. */
  destroy(): Promise<void> {
    this.#dialling?.abort();
    return this.#client.destroy();
  }

  /** Called by the client whenever it has an exchange and no connection, which may be again. */
  #connect(callback: buildConnector.Callback): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      callback(new Error('nothing is to be sent'), null);
      return;
    }
    const dialling = new AbortController();
    this.#dialling = dialling;
    this.#dial(this.#target, exchange, dialling.signal)
      .then((link) => callback(null, this.#use(link, exchange)))
      .catch((error: unknown) => {
        exchange.fail(failureOf(error, exchange.stage));
        callback(new Error('no connection', { cause: error }), null);
      });
  }

  #use({ socket, peer }: Link, exchange: ExchangeHandler) {
    this.#peer = peer;
    this.#reader = new AnswerReader(socket);
    this.#reader.begin(exchange.request.maxResponseBytes);
    return socket;
  }
}
