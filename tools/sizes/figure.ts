/** One measured figure of what is published. */
export interface Figure {
  /** Which budget it stands against: unique, and readable by itself. */
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
  /** What it should be at most, where the design says so; the budget may be above it. */
  readonly goal?: number | undefined;
  /** Shown beside it, not judged. */
  readonly note?: string | undefined;
}

/** What is counted. */
export type Unit = 'bytes' | 'files' | 'modules';

/** Figures that are measured in one way. */
export interface FigureGroup {
  readonly title: string;
  /** What a figure of it is. */
  readonly about: string;
  /** Bytes more that are no growth yet, where 2 % are less. */
  readonly slackBytes: number;
  readonly figures: readonly Figure[];
}

/** As a reader compares them: `18,300`. */
export function formatted(value: number): string {
  return value.toLocaleString('en-US');
}
