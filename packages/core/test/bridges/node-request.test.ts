import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { fromNodeRequest, type NodeRequestOptions } from '../../src/bridges/node.js';
import { listen } from './sockets.js';

const limits = { maxBytes: 1_000, signal: new AbortController().signal };

/** What a server makes of one POST: the parser of the application runs before the request is mapped. */
async function received(
  body: string,
  parser: (request: IncomingMessage) => Promise<unknown>,
  options: NodeRequestOptions = {},
): Promise<Uint8Array> {
  let read: Promise<Uint8Array> = Promise.resolve(new Uint8Array());
  const { port } = await listen(async (request, response) => {
    await parser(request);
    const mapped = fromNodeRequest(request, options);
    read = mapped.body instanceof Uint8Array ? Promise.resolve(mapped.body) : mapped.body(limits);
    await Promise.allSettled([read]);
    response.end();
  });
  const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
  expect(await response.text()).toBe('');
  return read;
}

const nothing = async (): Promise<void> => {};
const toTheEnd = (request: IncomingMessage): Promise<unknown> => Readable.from(request).toArray();

test('a body that nobody has read arrives as it is', async () => {
  expect(Buffer.from(await received('{"a":1}', nothing)).toString()).toBe('{"a":1}');
});

test('bytes that a raw parser has left are taken as they are', async () => {
  const body = Buffer.from('{ }');
  expect(await received('{}', toTheEnd, { body })).toBe(body);
});

test('a body that a parser has read is refused by name, whatever the parser left', async () => {
  for (const body of [undefined, {}, '{}', null])
    await expect(received('{}', toTheEnd, { body })).rejects.toMatchObject({ code: 'body_already_parsed' });
});

test('an empty body is empty, also after a parser has read it', async () => {
  expect(await received('', nothing)).toHaveLength(0);
  expect(await received('', toTheEnd, { body: {} })).toHaveLength(0);
});

test('what a framework knows of the request is passed on', () => {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { method: 'POST', url: '/short', rawHeaders: ['A', '1', 'a', '2', 'B', '3'] });
  const waitUntil = (): void => {};
  const native = { context: true };
  expect(fromNodeRequest(request, { url: '/long', waitUntil, native })).toMatchObject({
    method: 'POST',
    url: '/long',
    headers: { a: ['1', '2'], b: '3' },
    waitUntil,
    native,
  });
  expect(fromNodeRequest(request)).toMatchObject({ url: '/short', native: request });
});
