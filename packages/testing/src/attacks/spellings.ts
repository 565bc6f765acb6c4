import type { AdapterTarget } from '../adapter/adapter-target.js';
import { malformed, mismatch } from '../scene/refusals.js';
import { type Scene, withScene } from '../scene/scene.js';
import type { WireRequest } from '../scene/wire.js';
import { alteredRequest, type SignedRequest } from '../signed-request.js';
import { type Attack, attack } from './attack.js';
import { mac, standardBody, standardDelivery } from './forge.js';
import { hexSigner, timeSigner } from './signers.js';

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
async function decoders(target: AdapterTarget): Promise<void> {
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
async function timestamps(target: AdapterTarget): Promise<void> {
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

/** Spellings of a date that are none in RFC 3339. */
const isoSpellings: readonly string[] = [
  '1767225600',
  '2026-01-01',
  'Thu, 01 Jan 2026 00:00:00 GMT',
  '2026-01-01T00:00:00Zx',
  '2026-13-01T00:00:00Z',
  '+02026-01-01T00:00:00Z',
  `2026-01-01T00:00:00.${'0'.repeat(400)}Z`,
];

async function otherUnits(target: AdapterTarget): Promise<void> {
  for (const unit of ['milliseconds', 'iso'] as const) {
    await withScene(target, { provider: timeSigner(unit) }, async (scene) => {
      const genuine = await scene.signed();
      const deliver = (spelling: string): SignedRequest => {
        const signature = mac('sha256', scene.secret, `${spelling}.`, genuine.body).toString('hex');
        return alteredRequest(genuine, {
          headers: { 'x-timestamp': spelling, 'x-signature': `sha256=${signature}` },
        });
      };
      for (const spelling of unit === 'iso' ? isoSpellings : spellings(scene.clock.now())) {
        await scene.refuses(`${unit}: ${spelling}`, deliver(spelling), malformed);
      }
      if (unit === 'milliseconds') {
        const old = { status: 401, code: 'timestamp_too_old' } as const;
        await scene.refuses('seconds for milliseconds', deliver(String(scene.seconds)), old);
      }
      await scene.accepts('the genuine one', genuine);
    });
  }
}

export const spellingAttacks: readonly Attack[] = [
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
];
