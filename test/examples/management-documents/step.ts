/** One request of a document, word for word, and the answer that it shows. */
export interface Step {
  /** The heading above it. */
  readonly heading: string;
  /** `curl …`, or a request as HTTP writes it. */
  readonly request: string;
  /** What the document answers; left out where it says nothing. */
  readonly answer?: unknown;
  /** What of that is otherwise here. */
  readonly differences?: Differences;
  /** What the document says the receiver gets. */
  readonly payload?: unknown;
  readonly payloadDifferences?: Differences;
}

/** By the member of the document: where it is here, if anywhere, and why it is so. */
export type Differences = Readonly<Record<string, readonly [here: string | undefined, why: string]>>;

/** A document: its requests, in an order in which they can be made. */
export interface Document {
  readonly title: string;
  /** How its addresses begin; it stands for where the API is. */
  readonly base: string;
  /** How its receivers' addresses begin. */
  readonly receiver: string;
  /** What of its requests is otherwise here. */
  readonly requests: readonly string[];
  readonly steps: readonly Step[];
}
