import assert from 'node:assert/strict';
import type { TimeUnit, WebhookErrorCode } from '@countersign/core';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { alteredRequest, type SignedRequest } from '../signed-request.js';
import { type Attack, type AttackTarget, attack } from './attack.js';
import { mac, standardBody, standardDelivery } from './forge.js';
import type { WireRequest } from './raw-connection.js';
import { type Scene, withScene } from './scene.js';
import { hexSigner, timeSigner } from './signers.js';

const mismatch = { status: 401, code: 'signature_mismatch' } as const;
const malformed = { status: 400, code: 'malformed_header' } as const;

/** Two lines of one header: which one counts differs from parser to parser. */
async function duplicates(target: AttackTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    const genuine = await scene.signed();
    const refused = { status: 400, code: ['duplicate_header', 'malformed_header'] } as const;
    for (const [name, other] of [
      ['webhook-signature', `v1,${mac('sha256', 'x', 'y').toString('base64')}`],
      ['webhook-id', 'msg_other'],
      ['webhook-timestamp', String(scene.seconds - 1)],
    ] as const) {
      const right = genuine.headers[name] ?? '';
      for (const pair of [
        [right, other],
        [other, right],
        [right, right],
      ]) {
        for (const spelling of [name, name.toUpperCase()]) {
          await scene.refuses(`${name} twice`, withLines(genuine, name, pair, spelling), refused);
        }
        const joined = alteredRequest(genuine, { headers: { [name]: pair.join(', ') } });
        await scene.refuses(`${name} twice, joined by a proxy`, joined, refused);
      }
    }
    await scene.accepts('the genuine one', genuine);
  });
}

/** The request with one header replaced by two lines, the second of which may be spelt otherwise. */
function withLines(
  request: SignedRequest,
  name: string,
  values: readonly string[],
  spelling: string,
): WireRequest {
  const others = Object.entries(request.headers).filter(([header]) => header !== name);
  const [first = '', second = ''] = values;
  return { ...request, headers: [[name, first], ...others, [spelling, second]] };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Spellings that some decoder takes for the same 32 bytes, or for some of them. */
function base64Spellings(base64: string): readonly string[] {
  const last = base64.charAt(42);
  const bytes = Buffer.from(base64, 'base64');
  return [
    base64.replaceAll('+', '-').replaceAll('/', '_'),
    base64.replace('=', ''),
    `${base64}=`,
    `${base64.slice(0, 42)}${alphabet.charAt(alphabet.indexOf(last) + 1)}=`,
    `${base64}AAAA`,
    `${base64}!`,
    `${base64.slice(0, 20)}!${base64.slice(20)}`,
    `${base64.slice(0, 20)}.${base64.slice(20)}`,
    base64.slice(0, 43),
    base64.slice(0, 24),
    base64.slice(0, 4),
    base64.slice(0, 1),
    '=',
    base64.toLowerCase(),
    bytes.toString('hex'),
    Buffer.concat([bytes, bytes]).toString('base64'),
    Buffer.from(base64).toString('base64'),
    base64.replaceAll('=', '%3D').replaceAll('+', '%2B').replaceAll('/', '%2F'),
  ];
}

function hexSpellings(hex: string): readonly string[] {
  return [
    hex.toUpperCase(),
    hex.replace(/[a-f]/, (digit) => digit.toUpperCase()),
    `0x${hex}`,
    `${hex}00`,
    `${hex}zz`,
    `${hex}0`,
    hex.slice(0, 63),
    hex.slice(0, 62),
    hex.slice(0, 2),
    'zz'.repeat(32),
    'zz',
    ` ${hex}`,
    `${hex},${hex}`,
    Buffer.from(hex, 'hex').toString('base64'),
  ];
}

/** A signature that only a lenient decoder takes for the right one. */
async function decoders(target: AttackTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    const genuine = await withSpecialCharacters(scene);
    const base64 = (genuine.headers['webhook-signature'] ?? '').slice('v1,'.length);
    const send = (value: string): SignedRequest =>
      alteredRequest(genuine, { headers: { 'webhook-signature': value } });
    for (const spelling of base64Spellings(base64)) {
      await scene.refuses(`base64 as ${spelling}`, send(`v1,${spelling}`), mismatch, malformed);
    }
    for (const value of [
      'v1,',
      'v1',
      ',',
      '',
      'v1=',
      `v1${base64}`,
      `v1,${base64.slice(0, 9)} ${base64.slice(9)}`,
      `v1,\t${base64}\t,`,
    ]) {
      await scene.refuses(`the header ${JSON.stringify(value)}`, send(value), malformed);
    }
    await scene.accepts('the genuine one', genuine);
  });
  await withScene(target, { provider: hexSigner }, async (scene) => {
    const genuine = await scene.signed();
    const hex = (genuine.headers['x-signature'] ?? '').slice('sha256='.length);
    const send = (value: string): SignedRequest =>
      alteredRequest(genuine, { headers: { 'x-signature': value } });
    for (const spelling of hexSpellings(hex)) {
      await scene.refuses(`hex as ${spelling}`, send(`sha256=${spelling}`), mismatch, malformed);
    }
    for (const value of ['sha256=', 'sha256', '', hex, `SHA256=${hex}`, `v1,sha256=${hex}`]) {
      await scene.refuses(`the header ${JSON.stringify(value)}`, send(value), malformed);
    }
    await scene.accepts('the genuine one', genuine);
  });
}

/** A delivery in whose signature both characters stand that the URL alphabet writes otherwise. */
async function withSpecialCharacters(scene: Scene): Promise<SignedRequest> {
  for (;;) {
    const request = await scene.signed();
    const signature = request.headers['webhook-signature'] ?? '';
    if (signature.includes('+') && signature.includes('/')) return request;
  }
}

/** Spellings that `parseInt`, `Number` or a trimming parser takes for now. */
const spellings = (now: number): readonly string[] => [
  `${now}abc`,
  `+${now}`,
  `-${now}`,
  `0${now}`,
  `000${now}`,
  `${now}.0`,
  `${now}.`,
  `${now}e0`,
  `${now / 1e9}e9`,
  `${String(now).slice(0, 5)} ${String(now).slice(5)}`,
  `${now},${now}`,
  `${String(now).slice(0, 1)}_${String(now).slice(1)}`,
  `0x${now.toString(16)}`,
  `${now}n`,
  `${now}\u00b9`,
  `"${now}"`,
  String(now).padEnd(400, '0'),
  String(now).padStart(400, '0'),
  '',
  'NaN',
  'Infinity',
  'null',
  'now',
];

/** Times that are spelt in a way that only a lenient parser understands, and signed as they are spelt. */
async function timestamps(target: AttackTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    const deliver = (timestamp: string): WireRequest =>
      standardDelivery(scene.secret, { id: 'msg_1', timestamp, body: standardBody('{}') });
    for (const spelling of spellings(scene.seconds)) {
      await scene.refuses(`the time ${spelling}`, deliver(spelling), malformed);
    }
    const milliseconds = deliver(String(scene.clock.now()));
    await scene.refuses('milliseconds for seconds', milliseconds, { status: 401, code: 'timestamp_too_new' });
    // The number is right, but it is not the text that was signed.
    const content = `msg_1.${scene.seconds}.${standardBody('{}')}`;
    const renumbered = { id: 'msg_1', timestamp: `0${scene.seconds}`, body: standardBody('{}'), content };
    await scene.refuses(
      'a number in place of the text',
      standardDelivery(scene.secret, renumbered),
      malformed,
    );
    await scene.accepts('the genuine one', deliver(String(scene.seconds)));
  });
  await otherUnits(target);
}

async function otherUnits(target: AttackTarget): Promise<void> {
  const old = { status: 401, code: 'timestamp_too_old' } as const;
  const units: Record<
    Exclude<TimeUnit, 'seconds'>,
    (scene: Scene) => readonly (readonly [string, { status: number; code: WebhookErrorCode }])[]
  > = {
    milliseconds: (scene) => [
      ...spellings(scene.clock.now()).map((spelling) => [spelling, malformed] as const),
      [String(scene.seconds), old],
    ],
    iso: (scene) =>
      [
        String(scene.seconds),
        String(scene.clock.now()),
        '2026-01-01',
        'Thu, 01 Jan 2026 00:00:00 GMT',
        '2026-01-01T00:00:00Zx',
        '2026-13-01T00:00:00Z',
        '+02026-01-01T00:00:00Z',
        `2026-01-01T00:00:00.${'0'.repeat(400)}Z`,
      ].map((spelling) => [spelling, malformed] as const),
  };
  for (const unit of ['milliseconds', 'iso'] as const) {
    await withScene(target, { provider: timeSigner(unit) }, async (scene) => {
      const genuine = await scene.signed();
      for (const [spelling, refusal] of units[unit](scene)) {
        const signature = `sha256=${mac('sha256', scene.secret, `${spelling}.`, genuine.body).toString('hex')}`;
        const headers = { 'x-timestamp': spelling, 'x-signature': signature };
        await scene.refuses(`${unit}: ${spelling}`, alteredRequest(genuine, { headers }), refusal);
      }
      await scene.accepts('the genuine one', genuine);
    });
  }
}

/** Genuine deliveries from too far ahead, and from too long ago. */
async function tolerance(target: AttackTarget): Promise<void> {
  const yearSeconds = 365 * 24 * 3600;
  for (const toleranceSeconds of [undefined, 30]) {
    await withScene(target, { receiver: { toleranceSeconds } }, async (scene) => {
      const limit = toleranceSeconds ?? 300;
      const at = (offset: number) => scene.signed({ timestamp: new Date(scene.clock.now() + offset * 1000) });
      for (const offset of [limit + 1, yearSeconds]) {
        await scene.refuses(`${offset} s ahead`, await at(offset), {
          status: 401,
          code: 'timestamp_too_new',
        });
        await scene.refuses(`${offset} s old`, await at(-offset), { status: 401, code: 'timestamp_too_old' });
      }
      await scene.accepts(`${limit} s ahead`, await at(limit));
      await scene.accepts(`${limit} s old`, await at(-limit));
    });
  }
}

/** Genuine deliveries with ids that would do harm as store keys, in logs, or in the signed content. */
async function ids(target: AttackTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    const deliver = (id: string): WireRequest =>
      standardDelivery(scene.secret, { id, timestamp: String(scene.seconds), body: standardBody('{}') });
    for (const id of ['a.b', '.', 'a b', 'a\tb', '', 'a'.repeat(257), 'm\u00e9', 'a\u00a0b']) {
      await scene.refuses(`the id ${JSON.stringify(id.slice(0, 20))}`, deliver(id), malformed);
    }
    // HTTP servers refuse these themselves, some by closing the connection.
    for (const id of [
      'a\0b',
      'a\nb',
      'a\r\nx-injected: b',
      'a\r b',
      'a\u0001b',
      'a\u007fb',
      'a'.repeat(10_000),
      'a'.repeat(100_000),
    ]) {
      await scene.rejects(`the id ${JSON.stringify(id.slice(0, 20))}`, deliver(id));
    }
    for (const id of ['a', 'a'.repeat(256), '!#$%&\'()*+,-/:;<=>?@[]^_`{|}~\\"']) {
      const { delivery } = await scene.accepts(`the id ${id.slice(0, 20)}`, deliver(id));
      assert.equal(delivery.id, id);
    }
  });
  await withScene(target, { provider: empJobQueue }, async (scene) => {
    for (const id of [
      '',
      'a b',
      'a\0b',
      'a\nb',
      'm\u00e9',
      '\u2028',
      'a'.repeat(257),
      'a'.repeat(10_000),
      7,
      null,
      ['a'],
      { a: 1 },
    ]) {
      const body = JSON.stringify({ event_type: 'a', event_id: id, timestamp: scene.clock.now(), data: {} });
      const { headers } = await scene.signed({ body });
      const request = {
        headers: [['x-webhook-signature', headers['x-webhook-signature'] ?? '']] as const,
        body: Buffer.from(body),
      };
      const refusal = { status: 400, code: 'malformed_identity' } as const;
      await scene.refuses(`the signed id ${body.slice(0, 60)}`, request, refusal);
    }
  });
}

export const headerAttacks: readonly Attack[] = [
  attack(
    11,
    'security headers that stand twice',
    'Proxy, framework and receiver each pick another one of two values: what is verified is not what is used.',
    duplicates,
  ),
  attack(
    12,
    'signatures that only a lenient decoder understands',
    'Decoders skip what they do not know: shortened, padded and garbled signatures compare as equal.',
    decoders,
  ),
  attack(
    13,
    'times that only a lenient parser understands',
    'Parsers stop at the first character they do not know: the time that is checked is not the text that is signed.',
    timestamps,
  ),
  attack(
    14,
    'deliveries from the future and from the past',
    'A tolerance that looks one way only accepts a capture for as long as its time is ahead.',
    tolerance,
  ),
  attack(
    15,
    'ids with delimiters, control characters, or without end',
    'Ids become store keys and log lines: delimiters shift the signed content, control characters and length do harm there.',
    ids,
  ),
];
