import assert from 'node:assert/strict';
import { hmacScheme } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { mismatch } from '../scene/refusals.js';
import { withScene } from '../scene/scene.js';
import { alteredRequest } from '../signed-request.js';
import { type Attack, attack } from './attack.js';
import { bytes, mac, standardBody, standardDelivery } from './forge.js';
import { urlContent, urlSigner } from './signers.js';

/** Characters that `String.prototype.replace` and its kin read as instructions. */
async function templates(target: AdapterTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    const timestamp = String(scene.seconds);
    const deliver = (id: string, data: string, signedData = data) => {
      const content = `${id}.${timestamp}.${standardBody(signedData)}`;
      return standardDelivery(scene.secret, { id, timestamp, body: standardBody(data), content });
    };
    // [what arrives, what was signed]: equal once `'{body}'.replace('{body}', what arrives)` has had its way.
    const equalForReplace: readonly (readonly [arrives: string, signed: string])[] = [
      ['$$', '$'],
      ['$&', '{body}'],
      ['$`', `msg.${timestamp}.`],
      ["$'", ''],
    ];
    for (const [arrives, signed] of equalForReplace) {
      const forged = deliver('msg', JSON.stringify(arrives), JSON.stringify(signed));
      await scene.refuses(`${arrives} signed as ${signed}`, forged, mismatch);
    }
    const honest = [...equalForReplace.flat(), '$1 $<id> \\1 %s {id} {timestamp} {body} %{body}'];
    for (const [position, text] of honest.entries()) {
      const request = deliver(`msg_${position}`, JSON.stringify(text));
      const { event, delivery } = await scene.accepts(`a genuine body with ${text}`, request);
      assert.equal(event.data, text);
      assert.ok(Buffer.from(delivery.body).equals(request.body), 'the application sees other bytes');
    }
    for (const id of ['msg_$&', "msg_$'$$", 'msg_{body}', 'msg_{timestamp}']) {
      await scene.accepts(`the genuine id ${id}`, deliver(id, '{}'));
    }
  });
}

/** What a receiver that tries several readings might take for the signed content of these bytes. */
function otherContents(id: string, timestamp: string, body: string): readonly string[] {
  return [
    body,
    `${timestamp}.${body}`,
    `${id}.${body}`,
    `${timestamp}${body}`,
    `${id}${timestamp}${body}`,
    `${timestamp}.${id}.${body}`,
    `${id}.${timestamp}.${JSON.stringify(JSON.parse(body))}`,
    `${id}.${timestamp}.${JSON.stringify(JSON.parse(body), null, 2)}`,
    `${id}.${timestamp}.${body.trim()}`,
    `${id}.${timestamp}.${body}\n`,
    `${id}.${timestamp}.`,
    '',
  ];
}

/** A signature that holds for one reading of the bytes must not hold for another. */
async function candidates(target: AdapterTarget): Promise<void> {
  await withScene(target, {}, async (scene) => {
    const [id, timestamp, body] = ['msg_1', String(scene.seconds), ` ${standardBody('{"a": 1}')} `];
    for (const content of otherContents(id, timestamp, body)) {
      const forged = standardDelivery(scene.secret, { id, timestamp, body, content });
      await scene.refuses(`signed: ${content || 'nothing'}`, forged, mismatch);
    }
    // A captured delivery, its parts shifted over the delimiters.
    const shifted = standardDelivery(scene.secret, {
      id: `${id}.${timestamp}`,
      timestamp: '17',
      body,
      content: `${id}.${timestamp}.17.${body}`,
    });
    await scene.refuses('parts shifted into the id', shifted, { status: 400, code: 'malformed_header' });
    await scene.accepts('the one signed content', standardDelivery(scene.secret, { id, timestamp, body }));
  });
  await withScene(target, { provider: empJobQueue }, async (scene) => {
    const captured = await scene.signed({ provider: empJobQueue });
    const larger = alteredRequest(captured, { body: (text) => `1767225600.${text}` });
    await scene.refuses('a larger body with a captured signature', larger, mismatch);
  });
}

const sameDelivery = { 'x-timestamp': '2026-01-01T00:00:00Z', 'x-webhook-id': 'other' };

/** Headers beside the signature are anybody's to change. */
async function unsignedParts(target: AdapterTarget): Promise<void> {
  await withScene(target, { provider: github }, async (scene) => {
    const genuine = await scene.signed({ event: { type: 'push' } });
    const { event } = await scene.accepts('a genuine delivery', genuine);
    assert.ok(event.unauthenticated.includes('type'), 'nobody says that the type is not signed');
    const headers = { 'x-github-event': 'release', 'x-github-delivery': 'another' };
    await scene.acknowledges('the same body, relabelled', alteredRequest(genuine, { headers }), 'duplicate');
  });
  await withScene(target, { provider: aiPlatform }, async (scene) => {
    const genuine = await scene.signed();
    await scene.accepts('a genuine delivery', genuine);
    const relabelled = alteredRequest(genuine, { headers: { ...sameDelivery, 'x-event-id': 'evt_other' } });
    await scene.acknowledges('the same body under another id', relabelled, 'duplicate');
    const tenDaysAgo = new Date(scene.clock.now() - 10 * 24 * 3600_000);
    const old = await scene.signed({ event: { timestamp: tenDaysAgo } });
    const fresh = alteredRequest(old, {
      headers: { 'x-timestamp': new Date(scene.clock.now()).toISOString() },
    });
    await scene.refuses('an old body under a fresh time', fresh, { status: 401, code: 'timestamp_too_old' });
  });
  await withScene(target, { provider: empJobQueue }, async (scene) => {
    const genuine = await scene.signed({ event: { type: 'job.failed' } });
    for (const headers of [{ 'x-event-id': 'evt_other' }, { 'x-webhook-event': 'job.completed' }]) {
      const relabelled = alteredRequest(genuine, { headers });
      await scene.refuses('a header that disagrees', relabelled, { status: 400, code: 'header_mismatch' });
    }
    await scene.accepts('the genuine one', genuine);
  });
  await withScene(target, {}, async (scene) => {
    const genuine = await scene.signed();
    for (const headers of [{ 'webhook-id': 'other' }, { 'webhook-timestamp': String(scene.seconds + 1) }]) {
      await scene.refuses('a signed header changed', alteredRequest(genuine, { headers }), mismatch);
    }
  });
}

const otherUrl = 'https://other.example/webhooks';

/** What proxies, and attackers, say about the URL. */
const forwarded = {
  forwarded: 'for=192.0.2.1;host=other.example;proto=https',
  'x-forwarded-host': 'other.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
  'x-forwarded-prefix': '/other',
  'x-original-url': otherUrl,
  'x-rewrite-url': otherUrl,
};

async function urls(target: AdapterTarget): Promise<void> {
  assert.throws(
    () => hmacScheme(urlContent),
    { name: 'ConfigurationError' },
    'a URL may be signed but not configured',
  );
  await withScene(target, { provider: urlSigner }, async (scene) => {
    const genuine = await scene.signed();
    const signatureFor = (url: string): string =>
      mac('sha256', bytes(scene.secret), url, genuine.body).toString('hex');
    const here = `${scene.origin}/webhooks`;
    for (const url of [otherUrl, here, here.replace('http:', 'https:'), '/webhooks', '']) {
      const headers = { ...forwarded, 'x-signature': signatureFor(url) };
      await scene.refuses(`signed for ${url || 'no URL'}`, alteredRequest(genuine, { headers }), mismatch);
    }
    const absolute = {
      ...alteredRequest(genuine, { headers: { 'x-signature': signatureFor(otherUrl) } }),
      target: '/webhooks?a=1',
    };
    await scene.refuses('signed for another URL, asked with a query', absolute, mismatch);
    await scene.accepts('genuine, whatever is forwarded', alteredRequest(genuine, { headers: forwarded }));
    await scene.accepts('genuine, with a query', {
      ...(await scene.signed()),
      target: '/webhooks?tracking=1',
    });
  });
}

export const signedContentAttacks: readonly Attack[] = [
  attack(
    1,
    'characters that a template would interpret',
    'Signed content built by replacing placeholders reads `$$`, `$&` and their kin as instructions: genuine bodies fail and altered ones pass.',
    templates,
  ),
  attack(
    2,
    'a signature over another reading of the bytes',
    'Where several candidates for the signed content are tried in turn, a captured pair of body and signature forges a larger body.',
    candidates,
  ),
  attack(
    21,
    'unsigned headers changed',
    'What the signature does not cover decides replay or freshness: an old body passes under a new id or a fresh time.',
    unsignedParts,
  ),
  attack(
    22,
    'a public URL out of X-Forwarded headers',
    'Where the signed URL is taken from the request, the client chooses it.',
    urls,
  ),
];
