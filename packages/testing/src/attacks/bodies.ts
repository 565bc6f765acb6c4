import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { WebhookEvent } from '@countersign/core';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { mismatch } from '../scene/refusals.js';
import { type Scene, withScene } from '../scene/scene.js';
import { linesOf, type WireRequest } from '../scene/wire.js';
import { alteredRequest } from '../signed-request.js';
import { type Attack, attack } from './attack.js';
import { bytes, standardBody, standardDelivery } from './forge.js';

/** Signed over `signed`, sent with `sent`. */
function delivery(scene: Scene, sent: Uint8Array | string, signed = sent): WireRequest {
  const [id, timestamp] = [crypto.randomUUID(), String(scene.seconds)];
  const content = Buffer.concat([bytes(`${id}.${timestamp}.`), bytes(signed)]);
  return standardDelivery(scene.secret, { id, timestamp, body: sent, content });
}

/** A parser that reads the body before the receiver can. */
async function parserFirst(target: AdapterTarget): Promise<void> {
  await withScene(target, { parserFirst: true }, async (scene) => {
    const refusal = { status: 500, code: 'body_already_parsed' } as const;
    await scene.refuses(
      'a body that would be written the same',
      delivery(scene, standardBody('{}')),
      refusal,
    );
    await scene.refuses(
      'a body that would be written otherwise',
      delivery(scene, standardBody('{ "a":\n 1.0 }')),
      refusal,
    );
    await scene.refuses('a wrong signature', delivery(scene, standardBody('{}'), 'other'), refusal);
    const [told] = scene.outcomes;
    assert.ok(told?.kind === 'refused');
    assert.match(told.error.message, /before/, 'the outcome does not say how to mend it');
  });
}

const withBytes = (...inside: readonly number[]): Buffer =>
  Buffer.concat([bytes('{"type":"test.event","data":"'), Buffer.from(inside), bytes('"}')]);

/** What is wrong with a signed body, by the code that it is refused with. */
const signedButWrong: Readonly<
  Record<'invalid_utf8' | 'invalid_json' | 'malformed_envelope', readonly (Uint8Array | string)[]>
> = {
  invalid_utf8: [
    [0xff],
    [0xc0, 0xaf],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe9],
  ].map((inside) => withBytes(...inside)),
  invalid_json: ['', 'null x', '{', '{"type":"a",}', "{'type':'a'}", '\ufeff{"type":"a","data":{}}', 'NaN'],
  malformed_envelope: [
    'null',
    '[]',
    '"a"',
    '1',
    '{}',
    '{"type":1}',
    '{"type":""}',
    `{"type":"${'a'.repeat(300)}"}`,
  ],
};

/** Bytes that become the same text, or another, on their way through a decoder. */
async function encodings(target: AdapterTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    await scene.refuses('FE for FF', delivery(scene, withBytes(0xfe), withBytes(0xff)), mismatch);
    const replaced = delivery(scene, withBytes(0xff), withBytes(0xef, 0xbf, 0xbd));
    await scene.refuses('FF for EF BF BD', replaced, mismatch);
    for (const body of ['{', 'null', withBytes(0xff), '']) {
      await scene.refuses(`not signed, and no event: ${body}`, delivery(scene, body, 'other'), mismatch);
    }
    for (const code of ['invalid_utf8', 'invalid_json', 'malformed_envelope'] as const) {
      for (const body of signedButWrong[code]) {
        const what = `signed, but ${code}: ${Buffer.from(bytes(body)).toString('latin1').slice(0, 40)}`;
        await scene.refuses(what, delivery(scene, body), { status: 400, code });
      }
    }
  });
  await withScene(target, {}, reencodings);
}

/** Each genuine as it is, and refused as what some step on the way would make of it. */
async function reencodings(scene: Scene): Promise<void> {
  const plain = standardBody('{"a":1}');
  const variants: readonly (readonly [sent: string, becomes: string])[] = [
    [plain, `\ufeff${plain}`],
    [`${plain}\n`, plain],
    [plain, `${plain}\n`],
    [`{\r\n"type":"a","data":{}}\r\n`, `{\n"type":"a","data":{}}\n`],
    [`{\n"type":"a","data":{}}`, `{\r\n"type":"a","data":{}}`],
    [standardBody('"\u{1f600}"'), standardBody('"\\ud83d\\ude00"')],
    [standardBody('"\u2028\u2029"'), standardBody('"\\u2028\\u2029"')],
    [standardBody('"\u00e9"'), standardBody('"e\u0301"')],
    [standardBody('"\\u0000"'), standardBody('""')],
    [standardBody('"\\ud800"'), standardBody('"\ufffd"')],
    [standardBody('1.0'), standardBody('1')],
    [standardBody('12345678901234567890'), standardBody('12345678901234567000')],
    [standardBody('{"b":1,"a":2}'), standardBody('{"a":2,"b":1}')],
  ];
  for (const [sent, becomes] of variants) {
    await scene.refuses(`${sent} as ${becomes}`, delivery(scene, becomes, sent), mismatch);
    const webhook = await scene.accepts(`the genuine ${sent}`, delivery(scene, sent));
    assert.ok(Buffer.from(webhook.delivery.body).equals(bytes(sent)), 'the application sees other bytes');
  }
}

const innate = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', 'then'];

/** Names that plain objects have from birth. */
async function innateNames(target: AdapterTarget): Promise<void> {
  await withScene(target, { receiver: { events: known } }, async (scene) => {
    for (const type of innate) {
      await scene.acknowledges(
        `the unknown type ${type}`,
        delivery(scene, standardBody('{}', type)),
        'ignored',
      );
    }
    await scene.accepts('a known type', delivery(scene, standardBody('{}', 'test.event')));
  });
  await withScene(target, {}, async (scene) => {
    for (const name of innate) {
      const { event } = await scene.accepts(`the type ${name}`, delivery(scene, standardBody('{}', name)));
      assert.equal(event.type, name);
      const data = `{"${name}":{"polluted":true,"prototype":{"polluted":true}}}`;
      const webhook = await scene.accepts(`the member ${name}`, delivery(scene, standardBody(data)));
      assertOwn(webhook.event, name);
    }
    const request = delivery(scene, standardBody('{}'));
    const headers: [string, string][] = innate.map((name) => [name, '1']);
    await scene.accepts('headers of these names', {
      ...request,
      headers: [...headers, ...linesOf(request.headers)],
    });
    for (const missing of innate) {
      const body = `{"${missing}":{"type":"test.event"}}`;
      const refusal = { status: 400, code: 'malformed_envelope' } as const;
      await scene.refuses(`the envelope inside ${missing}`, delivery(scene, body), refusal);
    }
  });
}

const known = {
  'test.event': { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
} as const;

function assertOwn(event: WebhookEvent, name: string): void {
  assert.ok(typeof event.data === 'object' && event.data !== null);
  assert.ok(Object.hasOwn(event.data, name), `${name} is no member of its own`);
  assert.equal(Reflect.get({}, 'polluted'), undefined, `${name} reached Object.prototype`);
  assert.equal(Reflect.get(event, 'polluted'), undefined, `${name} reached the event`);
}

/** Members that stand twice: the one who verifies and the one who acts must read the same one. */
async function duplicateKeys(target: AdapterTarget): Promise<void> {
  await withScene(target, { receiver: { events: known } }, async (scene) => {
    const pairs = [
      ['test.event', 'admin.event'],
      ['admin.event', 'test.event'],
    ] as const;
    for (const [first, second] of pairs) {
      const body = `{"type":"${first}","data":{"n":1},"type":"${second}","data":{"n":2}}`;
      if (second === 'admin.event') {
        await scene.acknowledges(`${first}, then ${second}`, delivery(scene, body), 'ignored');
        continue;
      }
      const { event } = await scene.accepts(`${first}, then ${second}`, delivery(scene, body));
      assert.equal(event.type, second);
      assert.deepEqual(event.data, { n: 2 });
      assert.deepEqual(event.body, JSON.parse(body), 'the event and its body were parsed differently');
    }
  });
  await withScene(target, { provider: empJobQueue }, async (scene) => {
    const timestamp = scene.clock.now();
    const body = `{"event_id":"a","event_type":"x","event_id":"b","timestamp":${timestamp},"data":{}}`;
    const request = await scene.signed({ body });
    const unlabelled = { 'x-webhook-event': undefined, 'x-event-id': undefined };
    const { event, delivery: verified } = await scene.accepts(
      'two ids',
      alteredRequest(request, { headers: unlabelled }),
    );
    assert.equal(event.id, 'b');
    assert.equal(verified.id, 'b', 'the replay key rests on another id than the event shows');
    const first = alteredRequest(request, { headers: { ...unlabelled, 'x-event-id': 'a' } });
    await scene.refuses('a header that agrees with the other id', first, {
      status: 400,
      code: 'header_mismatch',
    });
  });
}

/** Compressed bodies, whichever bytes were signed. */
async function compression(target: AdapterTarget): Promise<void> {
  const bomb = standardBody(JSON.stringify(' '.repeat(2 * 1024 * 1024)));
  const encoders = {
    gzip: gzipSync,
    GZIP: gzipSync,
    'x-gzip': gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
  };
  const refusal = { status: 415, code: 'unsupported_content_encoding' } as const;
  await withScene(target, {}, async (scene) => {
    const encoded = (request: WireRequest, ...values: readonly string[]): WireRequest => ({
      ...request,
      headers: [...linesOf(request.headers), ...values.map((value) => ['content-encoding', value] as const)],
    });
    for (const [encoding, encode] of Object.entries(encoders)) {
      for (const body of [standardBody('{}'), bomb]) {
        const compressed = encode(body);
        const bySize = `${encoding} of ${body.length} bytes`;
        await scene.refuses(
          `${bySize}, signed as sent`,
          encoded(delivery(scene, compressed), encoding),
          refusal,
        );
        await scene.refuses(
          `${bySize}, signed before`,
          encoded(delivery(scene, compressed, body), encoding),
          refusal,
        );
      }
    }
    const plain = standardBody('{}');
    for (const encoding of ['gzip, identity', 'identity, gzip', 'unknown', 'aes128gcm', 'zstd']) {
      await scene.refuses(encoding, encoded(delivery(scene, plain), encoding), refusal);
    }
    const twice = { status: 400, code: 'duplicate_header' } as const;
    await scene.refuses('two lines', encoded(delivery(scene, plain), 'identity', 'gzip'), twice, refusal);
    await scene.accepts('identity', encoded(delivery(scene, plain), 'identity'));
  });
}

export const bodyAttacks: readonly Attack[] = [
  attack(
    8,
    'a JSON parser that ran first',
    'The receiver hangs on a stream that is over, or verifies a body that was written anew.',
    parserFirst,
  ),
  attack(
    16,
    'bytes that decoders and editors change',
    'Different bytes decode to the same text: what is verified is not what was signed.',
    encodings,
  ),
  attack(
    17,
    'names that every object has',
    'A handler looked up in a plain object is found for `constructor`; `__proto__` in a body reaches the prototype.',
    innateNames,
  ),
  attack(
    18,
    'JSON members that stand twice',
    'The one who verifies reads the first, the one who acts reads the second.',
    duplicateKeys,
  ),
  attack(
    20,
    'compressed bodies',
    'A parser decompresses without a limit, or verifies other bytes than were signed.',
    compression,
  ),
];
