import { Connection, type ConnectionOwner } from './connection.js';
import type { Dial } from './dial.js';
import type { Carrier, ExchangeHandler } from './exchange-handler.js';
import type { Failure } from './failures.js';
import type { IdleConnections } from './idle-connections.js';
import type { Target } from './target.js';

/** What the pools of all origins have in common. */
export interface PoolSettings {
  readonly dial: Dial;
  readonly connectionsPerOrigin: number;
  readonly idle: IdleConnections;
}

/** The connections to one origin, and the exchanges that wait for one. */
export class OriginPool implements ConnectionOwner, Carrier {
  readonly #target: Target;
  readonly #settings: PoolSettings;
  readonly #onEmpty: () => void;
  readonly #connections = new Set<Connection>();
  /** Those in no use, the last used one last. */
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<ExchangeHandler>();

  constructor(target: Target, settings: PoolSettings, onEmpty: () => void) {
    this.#target = target;
    this.#settings = settings;
    this.#onEmpty = onEmpty;
  }

  run(exchange: ExchangeHandler): void {
    const connection = this.#idleFor(exchange) ?? this.#newConnection();
    if (connection !== undefined) connection.run(exchange);
    else this.#wait(exchange);
  }

  /** One that waited is over. */
  over(exchange: ExchangeHandler): void {
    this.#waiting.delete(exchange);
  }

  unsent(exchange: ExchangeHandler): void {
    this.run(exchange);
  }

  release(connection: Connection): void {
    this.#idle.push(connection);
    this.#settings.idle.add(connection, this);
    if (this.#waiting.size > 0) queueMicrotask(() => this.#serveNext());
  }

  /** Told once for an exchange that failed, and once more when the connection is closed. */
  drop(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#take(connection);
    void connection.destroy();
    if (this.#waiting.size > 0) queueMicrotask(() => this.#serveNext());
    else if (this.#connections.size === 0) this.#onEmpty();
  }

  /** Ends everything, and resolves when all connections are closed. */
  async close(failure: Failure): Promise<void> {
    for (const exchange of [...this.#waiting]) exchange.fail(failure);
    const connections = [...this.#connections];
    for (const { exchange } of connections) exchange?.fail(failure);
    await Promise.all(connections.map((connection) => connection.destroy()));
  }

  #idleFor(exchange: ExchangeHandler): Connection | undefined {
    const connection = this.#idle.findLast((each) => each.isAllowedFor(exchange));
    if (connection !== undefined) this.#take(connection);
    return connection;
  }

  #take(connection: Connection): void {
    const at = this.#idle.lastIndexOf(connection);
    if (at === -1) return;
    this.#idle.splice(at, 1);
    this.#settings.idle.delete(connection);
  }

  /** Where there are as many as may be, an idle one makes room: it is there because it was not allowed. */
  #newConnection(): Connection | undefined {
    if (this.#connections.size >= this.#settings.connectionsPerOrigin) {
      const [oldest] = this.#idle;
      if (oldest === undefined) return undefined;
      this.drop(oldest);
    }
    const connection = new Connection(this, this.#target, this.#settings.dial);
    this.#connections.add(connection);
    return connection;
  }

  #wait(exchange: ExchangeHandler): void {
    exchange.carrier = this;
    this.#waiting.add(exchange);
  }

  #serveNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.run(next);
  }
}
