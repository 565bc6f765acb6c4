import assert from 'node:assert/strict';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { malformed } from '../scene/refusals.js';
import { withScene } from '../scene/scene.js';
import type { WireRequest } from '../scene/wire.js';
import { alteredRequest, type SignedRequest } from '../signed-request.js';
import { type Attack, attack } from './attack.js';
import { mac, standardBody, standardDelivery } from './forge.js';

/** Two lines of one header: which one counts differs from parser to parser. */
async function duplicates(target: AdapterTarget): Promise<void> {
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

/** Genuine deliveries from too far ahead, and from too long ago. */
async function tolerance(target: AdapterTarget): Promise<void> {
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

const malformedIds = ['a.b', '.', 'a b', 'a\tb', '', 'a'.repeat(257), 'm\u00e9', 'a\u00a0b'];

/** HTTP servers refuse these themselves, some by closing the connection. */
const impossibleIds = [
  'a\0b',
  'a\nb',
  'a\r\nx-injected: b',
  'a\r b',
  'a\u0001b',
  'a\u007fb',
  'a'.repeat(10_000),
  'a'.repeat(100_000),
];

const oddButGenuineIds = ['a', 'a'.repeat(256), '!#$%&\'()*+,-/:;<=>?@[]^_`{|}~\\"'];

/** In a body any text can stand, and anything else. */
const malformedBodyIds = [
  ...['', 'a b', 'a\0b', 'a\nb', 'm\u00e9', '\u2028', 'a'.repeat(257), 'a'.repeat(10_000)],
  ...[7, null, ['a'], { a: 1 }],
];

/** Genuine deliveries with ids that would do harm as store keys, in logs, or in the signed content. */
async function ids(target: AdapterTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    const named = (id: string): string => `the id ${JSON.stringify(id.slice(0, 20))}`;
    const deliver = (id: string): WireRequest =>
      standardDelivery(scene.secret, { id, timestamp: String(scene.seconds), body: standardBody('{}') });
    for (const id of malformedIds) await scene.refuses(named(id), deliver(id), malformed);
    for (const id of impossibleIds) await scene.rejects(named(id), deliver(id));
    for (const id of oddButGenuineIds) {
      const { delivery } = await scene.accepts(named(id), deliver(id));
      assert.equal(delivery.id, id);
    }
  });
  await withScene(target, { provider: empJobQueue }, async (scene) => {
    for (const id of malformedBodyIds) {
      const body = JSON.stringify({ event_type: 'a', event_id: id, timestamp: scene.clock.now(), data: {} });
      const unlabelled = { 'x-event-id': undefined, 'x-webhook-event': undefined };
      const request = alteredRequest(await scene.signed({ body }), { headers: unlabelled });
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
