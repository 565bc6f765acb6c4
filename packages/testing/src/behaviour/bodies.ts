import assert from 'node:assert/strict';
import type { AdapterRule } from '../adapter/adapter-target.js';
import { until } from '../scene/in-time.js';
import { mismatch, tooLarge } from '../scene/refusals.js';
import type { Scene } from '../scene/scene.js';
import { chunk, type WireRequest, withHeaders } from '../scene/wire.js';
import type { SignedRequest } from '../signed-request.js';
import { rule, usual } from './rule.js';

const MIB = 1024 * 1024;
const invalidJson = { status: 400, code: 'invalid_json' } as const;

/** JSON that parsers of other types would read otherwise, or not at all. */
const ODD_JSON =
  '{"type":"test.event",\r\n "data":{"a":"b=c&d=%20+e","f":"--boundary--","g":"\u00e9\u2028"}}\n';

/** Another content type than the sender's; the bytes are verified and handed on as they came. */
async function takesAs(scene: Scene, contentType: string | undefined): Promise<void> {
  const what = `content-type: ${contentType}`;
  const genuine = await scene.signed({ body: ODD_JSON });
  const typed = withHeaders(genuine, { 'content-type': contentType });
  const changed = { ...typed, body: Buffer.from(ODD_JSON.replace('\r\n', '\n')) };
  await scene.refuses(`${what}, line ends changed`, changed, mismatch);
  const { delivery } = await scene.accepts(what, typed);
  assert.ok(Buffer.from(delivery.body).equals(genuine.body), `${what}: the application sees other bytes`);
}

const ofTypes = (sentence: string, ...contentTypes: readonly (string | undefined)[]): AdapterRule =>
  rule(sentence, usual, async (scene) => {
    for (const contentType of contentTypes) await takesAs(scene, contentType);
  });

const contentTypes: readonly AdapterRule[] = [
  ofTypes('a form body is verified as its bytes came', 'application/x-www-form-urlencoded'),
  ofTypes(
    'a multipart body is verified as its bytes came',
    'multipart/form-data; boundary=boundary',
    'multipart/form-data',
  ),
  ofTypes(
    'a text body is verified as its bytes came',
    'text/plain',
    'text/plain;charset=utf-16le',
    'text/html',
    'application/xml',
  ),
  ofTypes(
    'a JSON body is verified as its bytes came, whatever its type says of it',
    'application/json; charset=utf-8',
    'application/json; charset=iso-8859-1',
    'application/cloudevents+json',
    'APPLICATION/JSON',
  ),
  ofTypes('a body of an unknown type is verified as its bytes came', 'application/octet-stream', 'x/y'),
  ofTypes('a body without a content type is verified as its bytes came', undefined),
  ofTypes('a malformed content type changes nothing', 'json', '/', ';;;', 'application/json; charset'),
];

/** A genuine delivery whose body has exactly this many bytes. */
async function ofSize(scene: Scene, size: number): Promise<SignedRequest> {
  const { length } = (await scene.signed({ event: { data: '' } })).body;
  const genuine = await scene.signed({ event: { data: 'x'.repeat(size - length) } });
  assert.equal(genuine.body.length, size);
  return genuine;
}

const sizes: readonly AdapterRule[] = [
  rule('a body of exactly 1 MiB is taken by default, and one byte more is not', usual, async (scene) => {
    const { delivery } = await scene.accepts('1 MiB', await ofSize(scene, MIB));
    assert.equal(delivery.body.length, MIB);
    await scene.refuses('1 MiB and a byte', await ofSize(scene, MIB + 1), tooLarge);
  }),
  rule(
    "the receiver's limit is the one that counts, not the framework's",
    () => ({ receiver: { maxBodyBytes: 12 * MIB } }),
    async (scene) => {
      const genuine = await ofSize(scene, 12 * MIB);
      const { delivery } = await scene.accepts('12 MiB', genuine);
      assert.ok(Buffer.from(delivery.body).equals(genuine.body), 'the application sees other bytes');
      await scene.refuses('12 MiB and a byte', await ofSize(scene, 12 * MIB + 1), tooLarge);
    },
  ),
  rule('an empty body is verified as one', usual, async (scene) => {
    const empty = await scene.signed({ body: '' });
    await scene.refuses('signed', empty, invalidJson);
    await scene.refuses('not signed', { ...(await scene.signed()), body: new Uint8Array() }, mismatch);
    for (const encoding of ['of no length', 'chunked']) {
      const before = scene.soFar;
      const connection = await scene.connect();
      connection.sendHead(
        empty,
        ...(encoding === 'chunked' ? [['transfer-encoding', encoding] as const] : []),
      );
      if (encoding === 'chunked') connection.write(chunk());
      await scene.checkRefusal(`signed, ${encoding}`, await connection.response(), invalidJson, before);
    }
  }),
];

/** Sends a body in pieces of this many bytes, each one a chunk, and lets the server read in between. */
async function sendChunked(scene: Scene, request: WireRequest, size: number) {
  const { body = new Uint8Array() } = request;
  const connection = await scene.connect();
  connection.sendHead(request, ['transfer-encoding', 'chunked']);
  for (let start = 0; start < body.length; start += size) {
    await connection.writeAll(chunk(body.subarray(start, start + size)));
    if (start % (64 * size) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  connection.write(chunk());
  return connection.response();
}

const pieces: readonly AdapterRule[] = [
  rule('a chunked body is verified as its bytes came', usual, async (scene) => {
    for (const [size, what] of [
      [1, 'byte by byte'],
      [7, 'in chunks of 7 bytes'],
      [1_000_000, 'in one chunk'],
    ] as const) {
      const genuine = await scene.signed({ body: ODD_JSON });
      const before = scene.soFar;
      const response = await sendChunked(scene, genuine, size);
      const { delivery } = await scene.checkAccepted(what, response, before);
      assert.ok(Buffer.from(delivery.body).equals(genuine.body), `${what}: the application sees other bytes`);
    }
    const before = scene.soFar;
    const changed = { ...(await scene.signed()), body: Buffer.from(ODD_JSON) };
    await scene.checkRefusal('changed', await sendChunked(scene, changed, 7), mismatch, before);
  }),
  rule('a chunked body over the limit is answered 413', usual, async (scene) => {
    const before = scene.soFar;
    const response = await sendChunked(scene, await ofSize(scene, MIB + 1), 0x4000);
    await scene.checkRefusal('1 MiB and a byte, chunked', response, tooLarge, before);
  }),
  rule('a client that asks before it sends its body is told to go on', usual, async (scene) => {
    const genuine = await scene.signed();
    const before = scene.soFar;
    const connection = await scene.connect();
    const length = ['content-length', String(genuine.body.length)] as const;
    connection.sendHead(genuine, length, ['expect', '100-continue']);
    await until('100 Continue', () => connection.received.startsWith('HTTP/1.1 100 '));
    connection.write(genuine.body);
    await scene.checkAccepted('after 100 Continue', await connection.response(), before);
  }),
];

const parsers: readonly AdapterRule[] = [
  rule(
    'a body that a parser has read before is refused at once, whatever its signature, with how to mend it',
    () => ({ parserFirst: true }),
    async (scene) => {
      const parsed = { status: 500, code: 'body_already_parsed' } as const;
      const genuine = await scene.signed();
      await scene.refuses('genuine', genuine, parsed);
      await scene.refuses('changed', { ...genuine, body: Buffer.from('{"a":1}') }, parsed);
      const chunked = scene.soFar;
      await scene.checkRefusal('chunked', await sendChunked(scene, genuine, 7), parsed, chunked);
      for (const told of scene.outcomes) {
        assert.ok(told.kind === 'refused');
        assert.match(told.error.message, /before/, 'the outcome does not say how to mend it');
      }
    },
  ),
  rule(
    'a body that a parser before the route refuses reaches nobody',
    () => ({ parserFirst: true }),
    async (scene) => {
      const response = await scene.send(await scene.signed({ body: '{' }));
      assert.ok(response !== undefined && response.status >= 400, `answered ${response?.status}`);
      await scene.quiet();
      assert.deepEqual([scene.runs.length, scene.asked], [0, []]);
    },
  ),
];

/** What stands in the body, how it comes, and who has read it before. */
export const bodyRules: readonly AdapterRule[] = [...contentTypes, ...sizes, ...pieces, ...parsers];
