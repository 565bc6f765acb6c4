import assert from 'node:assert/strict';
import { generateSecret } from '@countersign/core';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { malformed, mismatch } from '../scene/refusals.js';
import { type Scene, withScene } from '../scene/scene.js';
import { alteredRequest, type SignedRequest } from '../signed-request.js';
import { type Attack, attack } from './attack.js';
import { construct } from './construct.js';
import { mac } from './forge.js';

const filler = `v1,${mac('sha256', 'x', 'y').toString('base64')}`;
const fillers = (count: number): readonly string[] => Array.from({ length: count }, () => filler);

/** Where the right signature may stand among others. */
const arrangements: readonly ((right: string) => readonly string[])[] = [
  (right) => [right],
  (right) => [right, filler],
  (right) => [filler, right],
  (right) => ['v9,whatever', filler, right, filler],
  (right) => [...fillers(15), right],
];

/** A delivery with the signature of one secret among others. */
async function arranged(
  scene: Scene,
  secret: string,
  arrange: (right: string) => readonly string[],
): Promise<SignedRequest> {
  const genuine = await scene.signed({ secret });
  const signatures = arrange(genuine.headers['webhook-signature'] ?? '');
  return alteredRequest(genuine, { headers: { 'webhook-signature': signatures.join(' ') } });
}

/** Every place of the right signature among several, and of its secret among several. */
async function rotation(target: AdapterTarget): Promise<void> {
  const [old, current, stranger] = [generateSecret(), generateSecret(), generateSecret()];
  const secrets = [
    { id: 'old', secret: old },
    { id: 'current', secret: current },
  ];
  await withScene(target, { receiver: { secrets } }, async (scene) => {
    for (const { id, secret } of secrets) {
      for (const [place, arrange] of arrangements.entries()) {
        await scene.accepts(`the ${id} secret, arrangement ${place}`, await arranged(scene, secret, arrange));
        assert.equal(scene.outcomes.at(-1)?.keyId, id, 'the outcome names another secret');
      }
      const tooMany = await arranged(scene, secret, (right) => [...fillers(16), right]);
      await scene.refuses('17 signatures', tooMany, malformed);
    }
    const strangers = await arranged(scene, stranger, (wrong) => [wrong, filler]);
    await scene.refuses('two signatures of strangers', strangers, mismatch);
  });
  await manySecrets(target);
  await windows(target, old, current);
}

async function manySecrets(target: AdapterTarget): Promise<void> {
  const many = Array.from({ length: 17 }, () => generateSecret());
  assert.throws(() => construct({ secrets: many }), { name: 'ConfigurationError' }, '17 secrets');
  const sixteen = many.slice(1);
  await withScene(target, { receiver: { secrets: sixteen } }, async (scene) => {
    await scene.accepts('the last of 16 secrets', await scene.signed({ secret: sixteen.slice(-1) }));
  });
}

async function windows(target: AdapterTarget, old: string, current: string): Promise<void> {
  const changeMs = Date.parse('2026-01-01T01:00:00Z');
  const secrets = [
    { id: 'old', secret: old, notAfter: new Date(changeMs) },
    { id: 'current', secret: current, notBefore: new Date(changeMs) },
  ];
  await withScene(target, { receiver: { secrets } }, async (scene) => {
    await scene.accepts('the old secret in its time', await scene.signed({ secret: old }));
    await scene.refuses('the new secret before its time', await scene.signed({ secret: current }), mismatch);
    await scene.clock.advance(changeMs - scene.clock.now());
    await scene.refuses('the old secret after its time', await scene.signed({ secret: old }), mismatch);
    await scene.accepts('the new secret in its time', await scene.signed({ secret: current }));
  });
}

export const rotationAttacks: readonly Attack[] = [
  attack(
    5,
    'signatures and secrets of a rotation in every combination',
    'Genuine deliveries fail while secrets rotate, or a long list makes the receiver work for strangers.',
    rotation,
  ),
];
