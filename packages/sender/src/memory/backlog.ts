import { Heap } from '../time/heap.js';

/** A delivery, as far as it waits. */
export interface Waiting {
  readonly id: string;
  readonly seq: number;
  readonly orderingKey: string | undefined;
  /** Its place among deliveries of its key. */
  readonly keyOrder: number;
  readonly dueAtMs: number;
}

interface Turn<T> {
  readonly row: T;
  readonly dueAtMs: number;
}

/**
 * What is pending at one endpoint, and when each falls due. Of one ordering key the oldest has a turn; the others
 * wait for it. Heaps keep what is out of date until it comes to their first place.
 */
export class Backlog<T extends Waiting> {
  readonly #pending = new Set<T>();
  readonly #turns = new Map<T, Turn<T>>();
  readonly #queue = new Heap<Turn<T>>(
    (a, b) => a.dueAtMs < b.dueAtMs || (a.dueAtMs === b.dueAtMs && a.row.seq < b.row.seq),
  );
  readonly #keys = new Map<string, { readonly rows: Heap<T>; head: T | undefined }>();

  get size(): number {
    return this.#pending.size;
  }

  get rows(): Iterable<T> {
    return this.#pending;
  }

  /** Whether it waits for its time alone, not for an older one of its key. */
  hasTurn(row: T): boolean {
    return this.#turns.has(row);
  }

  add(row: T): void {
    this.#pending.add(row);
    if (row.orderingKey === undefined) this.#giveTurn(row);
    else {
      const key = this.#keys.get(row.orderingKey) ?? {
        rows: new Heap<T>((a, b) => a.keyOrder < b.keyOrder),
        head: undefined,
      };
      this.#keys.set(row.orderingKey, key);
      key.rows.push(row);
      this.#passOn(row.orderingKey);
    }
  }

  remove(row: T): void {
    this.#pending.delete(row);
    this.#turns.delete(row);
    if (row.orderingKey !== undefined) this.#passOn(row.orderingKey);
  }

  /** It falls due at another time by now. */
  reschedule(row: T): void {
    if (this.#turns.has(row)) this.#giveTurn(row);
  }

  /** When the first falls due, or did. */
  nextDueMs(): number | undefined {
    return this.#nextTurn()?.dueAtMs;
  }

  /** The longest due first. */
  due(nowMs: number, limit: number, except: ReadonlySet<string>): readonly T[] {
    const seen: Turn<T>[] = [];
    const found: T[] = [];
    for (let turn = this.#nextTurn(); turn !== undefined && found.length < limit; turn = this.#nextTurn()) {
      if (turn.dueAtMs > nowMs) break;
      seen.push(turn);
      this.#queue.pop();
      if (!except.has(turn.row.id)) found.push(turn.row);
    }
    for (const turn of seen) this.#queue.push(turn);
    return found;
  }

  #nextTurn(): Turn<T> | undefined {
    for (let turn = this.#queue.first; turn !== undefined; turn = this.#queue.first) {
      if (this.#turns.get(turn.row) === turn) return turn;
      this.#queue.pop();
    }
    return undefined;
  }

  #giveTurn(row: T): void {
    const turn = { row, dueAtMs: row.dueAtMs };
    this.#turns.set(row, turn);
    this.#queue.push(turn);
  }

  /** Gives the turn of a key to its oldest. */
  #passOn(orderingKey: string): void {
    const key = this.#keys.get(orderingKey);
    if (key === undefined) return;
    while (key.rows.first !== undefined && !this.#pending.has(key.rows.first)) key.rows.pop();
    const head = key.rows.first;
    if (head === undefined) this.#keys.delete(orderingKey);
    else if (head !== key.head) {
      if (key.head !== undefined) this.#turns.delete(key.head);
      key.head = head;
      this.#giveTurn(head);
    }
  }
}
