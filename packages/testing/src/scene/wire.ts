/** Header lines as they go over the wire: in this order, in this spelling, as often as they stand here. */
export type HeaderLines = Iterable<readonly [name: string, value: string]>;

/** A request as its bytes. */
export interface WireRequest {
  readonly method?: string;
  readonly target?: string;
  /** Lines, or a record where each name stands once. */
  readonly headers: HeaderLines | Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What came back. */
export interface WireResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The head of a request as its bytes, empty line included. */
export function requestHead(origin: string, { method = 'POST', target, headers }: WireRequest): Buffer {
  const host = ['host', new URL(origin).host] as const;
  const lines = [host, ...linesOf(headers)].map(([name, value]) => `${name}: ${value}\r\n`);
  // Header values are written as Latin-1, one byte for each character.
  return Buffer.from(`${method} ${target ?? '/webhooks'} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
}

/** The header lines of a request. */
export function linesOf(headers: WireRequest['headers']): HeaderLines {
  return Symbol.iterator in headers ? headers : Object.entries(headers);
}

/** The same request with header lines in place of those of the same names; `undefined` takes one away. */
export function withHeaders(
  request: WireRequest,
  changes: Readonly<Record<string, string | undefined>>,
): WireRequest {
  const kept = [...linesOf(request.headers)].filter(([name]) => !Object.hasOwn(changes, name.toLowerCase()));
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...request, headers: [...kept, ...added] };
}

/** Bytes as one chunk of a chunked body; none at all are its end. */
export function chunk(bytes: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
