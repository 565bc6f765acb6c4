/** Reproducible 32-bit numbers (mulberry32) and what the tests draw from them. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  bits32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer from 0 to `end - 1`. */
  below(end: number): number {
    return this.bits32() % end;
  }

  pick<T>(first: T, ...others: T[]): T {
    const index = this.below(others.length + 1);
    return others[index] ?? first;
  }

  /** A finite double with every bit drawn, so that all exponents are as likely. */
  double(): number {
    const view = new DataView(new ArrayBuffer(8));
    do {
      view.setUint32(0, this.bits32());
      view.setUint32(4, this.bits32());
    } while (!Number.isFinite(view.getFloat64(0)));
    return view.getFloat64(0);
  }

  /** A string of UTF-16 units from all corners, lone surrogates among them. */
  text(): string {
    let text = '';
    for (let length = this.pick(0, 1, 1, 2, 3, 9); length > 0; length--) {
      const ranges = [
        [0x20, 0x60],
        [0, 0x20],
        [0x7f, 0x21],
        [0x2028, 2],
        [0xd7f0, 0x10],
        [0xd800, 0x800],
        [0xe000, 0x2000],
      ];
      const [from = 0, size = 1] = ranges[this.below(ranges.length)] ?? [];
      text += this.below(6) === 0 ? '😀' : String.fromCharCode(from + this.below(size));
    }
    return text;
  }

  /** Anything that `JSON.stringify` writes. */
  value(depth = 0): unknown {
    switch (this.below(depth < 6 ? 9 : 6)) {
      case 0:
        return this.pick<unknown>(null, true, false, Number.NaN);
      case 1:
        return this.pick(0, -0, 1, -1, 2 ** 53, 1e20, 1e21, 1e22, 1e-6, 1e-7, 5e-324, Number.MAX_VALUE);
      case 2:
        return this.pick(this.double(), this.below(2000) - 1000, this.bits32() / 1000);
      case 3:
      case 4:
      case 5:
        return this.text();
      case 6:
        return Array.from({ length: this.below(5) }, () => this.value(depth + 1));
      default:
        return this.object(depth);
    }
  }

  object(depth = 0): Record<string, unknown> {
    const names = Array.from({ length: this.below(8) }, () =>
      this.pick(this.text(), this.text(), '__proto__', '10', '9'),
    );
    return Object.fromEntries(names.map((name) => [name, this.value(depth + 1)]));
  }
}
