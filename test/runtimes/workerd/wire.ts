import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { SignedRequest } from '@countersign/testing';

/** A request as it goes over the wire. */
export interface WireRequest extends Omit<SignedRequest, 'headers'> {
  /** A list writes a line for each value. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** In chunks, with no length declared. */
  readonly chunked?: boolean;
}

/** What came back. */
export interface WireResponse {
  readonly status: number;
  readonly body: string;
}

/** Sends a request over a socket of its own, exactly as it is. */
export async function send(
  url: string,
  { method, headers, body, chunked = false }: WireRequest,
): Promise<WireResponse> {
  const lines = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [...value],
  ]);
  const length = chunked ? [] : [['content-length', String(body.length)]];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(url, {
      agent: false,
      method,
      headers: Object.fromEntries([...lines, ...length]),
    });
    outgoing.on('response', resolve).on('error', reject);
    outgoing.end(body);
  });
  return { status: response.statusCode ?? 0, body: await text(response) };
}
