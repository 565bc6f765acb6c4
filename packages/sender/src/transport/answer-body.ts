const NOTHING = new Uint8Array(0);

/**
 * The bytes of a body, in one piece: an answer may come in as many chunks as it has bytes, and each kept for itself
 * would take a hundred times its size.
 */
export class AnswerBody {
  #bytes: Uint8Array = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The bytes that came; the first chunk itself where there was no other. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (this.#length === 0) {
      this.#bytes = chunk;
    } else {
      if (length > this.#bytes.length) this.#grow(length);
      this.#bytes.set(chunk, this.#length);
    }
    this.#length = length;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(length, 2 * this.#length));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}
