import type { Connection, ConnectionOwner } from './connection.js';

/** The connections of all origins that are in no use: above a number the one that was used longest ago goes. */
export class IdleConnections {
  readonly #most: number;
  readonly #owners = new Map<Connection, ConnectionOwner>();

  constructor(most: number) {
    this.#most = most;
  }

  add(connection: Connection, owner: ConnectionOwner): void {
    this.#owners.set(connection, owner);
    if (this.#owners.size <= this.#most) return;
    const [oldest] = this.#owners;
    if (oldest === undefined) return;
    const [evicted, itsOwner] = oldest;
    itsOwner.drop(evicted);
  }

  delete(connection: Connection): void {
    this.#owners.delete(connection);
  }
}
