import assert from 'node:assert/strict';
import type { WireResponse } from './wire.js';

/** A response, and how many bytes it took. */
export interface ParsedResponse {
  readonly response: WireResponse;
  readonly length: number;
}

/** The first response in these bytes, to a request of this method; `undefined` until it is whole. */
export function parseResponse(bytes: Buffer, method: string, isClosed: boolean): ParsedResponse | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  assert.ok(status >= 100, `not a response: ${statusLine}`);
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const rest = bytes.subarray(headEnd + 4);
  const headLength = bytes.length - rest.length;
  if (status < 200) {
    const final = parseResponse(rest, method, isClosed);
    return final && { ...final, length: headLength + final.length };
  }
  const isBodiless = method === 'HEAD' || status === 204 || status === 304;
  const body = isBodiless ? { text: '', length: 0 } : parseBody(rest, headers, isClosed);
  return body && { response: { status, headers, body: body.text }, length: headLength + body.length };
}

interface ParsedBody {
  readonly text: string;
  readonly length: number;
}

function parseBody(
  bytes: Buffer,
  headers: ReadonlyMap<string, string>,
  isClosed: boolean,
): ParsedBody | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return parseChunks(bytes);
  const declared = headers.get('content-length');
  if (declared === undefined) return isClosed ? { text: bytes.toString(), length: bytes.length } : undefined;
  const length = Number(declared);
  return bytes.length < length ? undefined : { text: bytes.toString('utf8', 0, length), length };
}

function parseChunks(bytes: Buffer): ParsedBody | undefined {
  const chunks: Buffer[] = [];
  for (let offset = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', offset);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', offset, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { text: Buffer.concat(chunks).toString(), length: next };
    chunks.push(bytes.subarray(lineEnd + 2, next - 2));
    offset = next;
  }
}
