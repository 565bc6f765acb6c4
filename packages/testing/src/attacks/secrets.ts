import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { generateKeyPair, generateSecret, hmacScheme, standardWebhooks } from '@countersign/core';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { malformed, mismatch } from '../scene/refusals.js';
import { Scene, withScene } from '../scene/scene.js';
import { alteredRequest } from '../signed-request.js';
import { type Attack, attack } from './attack.js';
import { construct } from './construct.js';
import { keyOf, mac, standardBody, standardDelivery } from './forge.js';
import { hexSigner } from './signers.js';

const standardContent = (scene: Scene): string => `msg_1.${scene.seconds}.${standardBody('{}')}`;

const unusable: readonly (readonly [what: string, secret: string])[] = [
  ['empty', ''],
  ['white space', '   '],
  ['a newline', '\n'],
  ['nothing behind the prefix', 'whsec_'],
  ['white space behind the prefix', 'whsec_    '],
  ['not base64', 'whsec_!!!!!!!!!!!!!!!!!!!!!!!!'],
  ['the URL alphabet', `whsec_${'-_'.repeat(16)}`],
  ['without its padding', `whsec_${Buffer.alloc(32, 7).toString('base64').replace('=', '')}`],
  ['unused bits that are not zero', `whsec_${'A'.repeat(42)}B=`],
  ['a line break inside', `whsec_${'A'.repeat(20)}\n${'A'.repeat(20)}`],
  ['too short', `whsec_${Buffer.alloc(15, 7).toString('base64')}`],
  ['in quotes', `"whsec_${Buffer.alloc(32, 7).toString('base64')}"`],
  ['with the version in front', `v1,whsec_${Buffer.alloc(32, 7).toString('base64')}`],
  ['a trailing newline', `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`],
];

/** A secret that is none opens the door to whoever signs with nothing. */
async function emptySecrets(target: AdapterTarget): Promise<void> {
  for (const [what, secret] of unusable) {
    const opened = Scene.open(target, { secret });
    await assert.rejects(
      opened.then((scene) => scene.close()),
      { name: 'ConfigurationError', code: 'invalid_secret' },
      `a secret that is ${what} is served`,
    );
    await withScene(target, { receiver: { secrets: () => secret } }, async (scene) => {
      // What a lenient decoder would make of it.
      for (const key of ['', secret, keyOf(secret)]) {
        const signature = `v1,${mac('sha256', key, standardContent(scene)).toString('base64')}`;
        const forged = standardDelivery(scene.secret, {
          id: 'msg_1',
          timestamp: String(scene.seconds),
          body: standardBody('{}'),
          signature,
        });
        await scene.refuses(`a secret that is ${what}, read late`, forged, {
          status: 503,
          code: 'secrets_unavailable',
        });
      }
    });
  }
  for (const secrets of [undefined, null, [], 42, {}, [''], [undefined]]) {
    assert.throws(
      () => construct({ secrets }),
      { name: 'ConfigurationError' },
      `secrets: ${JSON.stringify(secrets)}`,
    );
  }
  await withScene(target, { receiver: { secrets: () => undefined } }, async (scene) => {
    await scene.refuses('no secret at all', await scene.signed(), { status: 401, code: 'no_key' });
  });
}

const plainSignature = { header: 'x-signature', encoding: 'hex' };
const plainScheme = { name: 'x', content: '{body}', signature: plainSignature };

/** Options of a scheme of which one is misspelt. */
const misspeltSchemes: readonly object[] = [
  { content: '{payload}' },
  { secretEncoding: 'base_64' },
  { algorithm: 'sha256' },
  { algorithm: 'none' },
  { signature: { ...plainSignature, encoding: 'hexadecimal' } },
  { content: '{timestamp}.{body}', timestamp: { header: 'x-timestamp', unit: 'minutes' } },
];

/** A name that nobody knows must not mean a default. */
async function unknownSchemes(target: AdapterTarget): Promise<void> {
  const secrets = generateSecret();
  for (const provider of [
    'standard-webhooks',
    'stirpe',
    '',
    null,
    {},
    { name: 'x' },
    { ...standardWebhooks, scheme: undefined },
  ]) {
    const options = { provider, secrets };
    assert.throws(
      () => construct(options),
      { name: 'ConfigurationError' },
      `provider: ${JSON.stringify(provider)}`,
    );
  }
  for (const wrong of misspeltSchemes) {
    const build = (): unknown => {
      const scheme = Reflect.apply(hmacScheme, undefined, [{ ...plainScheme, ...wrong }]);
      const provider = { name: 'x', scheme, envelope: standardWebhooks.envelope };
      return construct({ provider, secrets: 'a secret of no encoding', replay: false });
    };
    assert.throws(build, { name: 'ConfigurationError' }, `a scheme with ${JSON.stringify(wrong)}`);
  }
  await withScene(target, {}, async (scene) => {
    const genuine = await scene.signed();
    const [, value = ''] = (genuine.headers['webhook-signature'] ?? '').split(',');
    for (const version of ['v0', 'v2', 'V1', 'v1b', 'hmac-sha256', 'constructor', '__proto__']) {
      const headers = { 'webhook-signature': `${version},${value}` };
      await scene.refuses(`signatures of ${version} alone`, alteredRequest(genuine, { headers }), mismatch);
    }
    await scene.accepts('the genuine one', genuine);
  });
}

/** The right key with the wrong algorithm. */
async function algorithms(target: AdapterTarget): Promise<void> {
  await withScene(target, { provider: hexSigner }, async (scene) => {
    const genuine = await scene.signed();
    const hex = (algorithm: string): string =>
      mac(algorithm, scene.secret, `${scene.seconds}.`, genuine.body).toString('hex');
    for (const [signature, refusal] of [
      [`sha1=${hex('sha1')}`, malformed],
      [`md5=${hex('md5')}`, malformed],
      [hex('sha256'), malformed],
      [`sha256=${hex('sha1')}`, mismatch],
      [`sha256=${hex('sha512')}`, mismatch],
      [`sha256=${hex('sha512').slice(0, 64)}`, mismatch],
    ] as const) {
      await scene.refuses(
        signature,
        alteredRequest(genuine, { headers: { 'x-signature': signature } }),
        refusal,
      );
    }
    await scene.accepts('the genuine one', genuine);
  });
  const [pair, strangers] = [await generateKeyPair(), await generateKeyPair()];
  await withScene(target, { receiver: { secrets: pair.publicKey } }, async (scene) => {
    const publicBytes = Buffer.from(pair.publicKey.replace('whpk_', ''), 'base64');
    const forge = (signature: string) =>
      standardDelivery(scene.secret, {
        id: 'msg_1',
        timestamp: String(scene.seconds),
        body: standardBody('{}'),
        signature,
      });
    for (const key of [publicBytes, pair.publicKey]) {
      const value = mac('sha256', key, standardContent(scene)).toString('base64');
      await scene.refuses('the public key as an HMAC secret', forge(`v1,${value}`), mismatch);
      await scene.refuses('an HMAC as an Ed25519 signature', forge(`v1a,${value}`), mismatch);
    }
    await scene.refuses("a stranger's key pair", await scene.signed({ secret: strangers.secret }), mismatch);
    await scene.accepts('the genuine one', await scene.signed({ secret: pair.secret }));
  });
  await withScene(target, {}, async (scene) => {
    await scene.refuses('Ed25519 for an HMAC secret', await scene.signed({ secret: pair.secret }), mismatch);
  });
}

/** Headers that offer a key, or the address of one. */
async function keysFromHeaders(target: AdapterTarget): Promise<void> {
  let fetched = 0;
  const trap = createServer((_request, response) => {
    fetched += 1;
    response.end();
  });
  trap.on('connection', () => {
    fetched += 1;
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const address = trap.address();
  assert.ok(typeof address === 'object' && address !== null);
  const { port } = address;
  try {
    await withScene(target, {}, async (scene) => {
      const [own, pair] = [generateSecret(), await generateKeyPair()];
      for (const secret of [own, pair.secret]) {
        const key = secret === own ? own : pair.publicKey;
        const forged = alteredRequest(await scene.signed({ secret }), { headers: offers(key, port) });
        await scene.refuses('signed with a key that the request brings along', forged, mismatch);
      }
      await scene.accepts('the genuine one', await scene.signed());
    });
    assert.equal(fetched, 0, 'the receiver fetched a key from where the request pointed');
  } finally {
    trap.closeAllConnections();
    trap.close();
  }
}

function offers(key: string, port: number): Record<string, string> {
  const url = `http://127.0.0.1:${port}/key.pem`;
  const byKey = [
    'webhook-secret',
    'webhook-public-key',
    'webhook-key',
    'x-public-key',
    'x-api-key',
    'x-jwk',
    'jwk',
  ];
  const byUrl = [
    'webhook-cert-url',
    'paypal-cert-url',
    'signingcerturl',
    'x-cert-url',
    'x5u',
    'jku',
    'x-key-url',
  ];
  return Object.fromEntries([
    ...byKey.map((name) => [name, key]),
    ...byUrl.map((name) => [name, url]),
    ['authorization', `Bearer ${key}`],
  ]);
}

export const secretAttacks: readonly Attack[] = [
  attack(
    3,
    'empty, short and malformed secrets',
    'An empty or missing secret fails open: anybody can sign with nothing.',
    emptySecrets,
  ),
  attack(
    4,
    'unknown schemes and versions',
    'A misspelt or unknown scheme silently becomes a default one.',
    unknownSchemes,
  ),
  attack(
    6,
    'the wrong algorithm',
    'A weaker algorithm, or a public key used as an HMAC secret, is accepted.',
    algorithms,
  ),
  attack(
    10,
    'keys offered by the request',
    'Key material, or the address of some, is taken from headers: the attacker brings a key.',
    keysFromHeaders,
  ),
];
