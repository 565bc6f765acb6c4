import assert from 'node:assert/strict';
import type { AdapterRule } from '../adapter/adapter-target.js';
import { assertRefusal, isSuccess } from '../scene/answers.js';
import { mismatch, tooLarge } from '../scene/refusals.js';
import type { Refusal, Scene, SceneOptions } from '../scene/scene.js';
import { chunk, type WireRequest, withHeaders } from '../scene/wire.js';
import { rule, usual } from './rule.js';

const MIB = 1024 * 1024;
const limited = (): SceneOptions => ({ receiver: { maxBodyBytes: 50_000 } });
const missing = { status: 400, code: 'missing_header' } as const;

type Refused = readonly [what: string, request: WireRequest, refusal: Refusal];

/** Requests that are refused at different times: by their heads alone, or when their bodies are known. */
async function refusedOnes(scene: Scene): Promise<readonly Refused[]> {
  const genuine = await scene.signed();
  const large = { ...genuine, body: new Uint8Array(50_001) };
  return [
    ['without its id', withHeaders(genuine, { 'webhook-id': undefined }), missing],
    ['changed', { ...genuine, body: Buffer.from('{}') }, mismatch],
    ['by PUT', { ...genuine, method: 'PUT' }, { status: 405, code: 'method_not_allowed' }],
    [
      'compressed',
      withHeaders(genuine, { 'content-encoding': 'gzip' }),
      { status: 415, code: 'unsupported_content_encoding' },
    ],
    ['too large', large, tooLarge],
    ['no JSON', await scene.signed({ body: '{' }), { status: 400, code: 'invalid_json' }],
  ];
}

const reuse = rule('a connection can be used again after each refusal', limited, async (scene) => {
  const connection = await scene.connect();
  for (const [what, request, refusal] of await refusedOnes(scene)) {
    const before = scene.soFar;
    connection.send(request);
    await scene.checkRefusal(what, await connection.response(), refusal, before);
    const between = scene.soFar;
    connection.send(await scene.signed());
    await scene.checkAccepted(`after one ${what}`, await connection.response(), between);
  }
});

const reuseAfterFailure = rule(
  'a connection can be used again after the application failed',
  () => ({
    application: (_webhook, run) => {
      if (run === 1) throw new Error('failed');
    },
  }),
  async (scene) => {
    const genuine = await scene.signed();
    const connection = await scene.sent(genuine);
    const failed = await connection.response();
    await scene.untilOutcomes(1);
    const before = scene.soFar;
    connection.send(genuine);
    await scene.checkAccepted(`the repeat after ${failed?.status}`, await connection.response(), before);
  },
);

const reuseAfterParser = rule(
  'a connection can be used again after a body that was parsed too early',
  () => ({ parserFirst: true }),
  async (scene) => {
    const connection = await scene.connect();
    for (const what of ['the first', 'the second']) {
      const before = scene.soFar;
      connection.send(await scene.signed());
      const parsed = { status: 500, code: 'body_already_parsed' } as const;
      await scene.checkRefusal(what, await connection.response(), parsed, before);
    }
  },
);

const order = rule(
  'requests that are sent ahead of their answers are answered in order',
  limited,
  async (scene) => {
    const connection = await scene.connect();
    const refused = await refusedOnes(scene);
    const genuine = [];
    for (const [, request] of refused) {
      const between = await scene.signed();
      genuine.push(between);
      connection.send(request);
      connection.send(between);
    }
    for (const [what, , { status }] of refused) {
      const refusal = await connection.response();
      assert.ok(refusal?.status === status, `${what}: answered ${refusal?.status}`);
      assertRefusal(what, refusal);
      const answer = await connection.response();
      assert.ok(isSuccess(answer), `after one ${what}: answered ${answer?.status}`);
    }
    await scene.untilOutcomes(2 * refused.length);
    assert.deepEqual(
      scene.runs.map(({ delivery }) => delivery.id).sort(),
      genuine.map(({ headers }) => headers['webhook-id']).sort(),
    );
  },
);

const rest = Buffer.alloc(0x10000, 'x');

const afterLength = rule(
  'what a body too large by its length still sends is read away, and the next request understood',
  usual,
  async (scene) => {
    const before = scene.soFar;
    const connection = await scene.connect();
    connection.sendHead(await scene.signed(), ['content-length', String(5 * MIB)]);
    await scene.checkRefusal('5 MiB declared', await connection.response(), tooLarge, before);
    for (let sent = 0; sent < 5 * MIB; sent += rest.length) await connection.writeAll(rest);
    const between = scene.soFar;
    connection.send(await scene.signed());
    await scene.checkAccepted('the next request', await connection.response(), between);
  },
);

const afterChunks = rule(
  'what a chunked body too large still sends is read away, and the next request understood',
  usual,
  async (scene) => {
    const before = scene.soFar;
    const connection = await scene.connect();
    connection.sendHead(await scene.signed(), ['transfer-encoding', 'chunked']);
    for (let sent = 0; sent <= MIB; sent += rest.length) await connection.writeAll(chunk(rest));
    await scene.checkRefusal('more than 1 MiB', await connection.response(), tooLarge, before);
    for (let sent = 0; sent < 4 * MIB; sent += rest.length) await connection.writeAll(chunk(rest));
    connection.write(chunk());
    const between = scene.soFar;
    connection.send(await scene.signed());
    await scene.checkAccepted('the next request', await connection.response(), between);
  },
);

const aheadOfRefusal = rule('a request that is sent ahead of a 413 is understood', usual, async (scene) => {
  const before = scene.soFar;
  const connection = await scene.connect();
  connection.send({ ...(await scene.signed()), body: Buffer.alloc(5 * MIB, 'x') });
  connection.send(await scene.signed());
  const refusal = await connection.response();
  assert.equal(refusal?.status, 413);
  const { runs, outcomes } = before;
  await scene.checkAccepted('the next request', await connection.response(), {
    ...before,
    runs,
    outcomes: outcomes + 1,
  });
});

/** Connections that go on after an answer. */
export const connectionRules: readonly AdapterRule[] = [
  reuse,
  reuseAfterFailure,
  reuseAfterParser,
  order,
  afterLength,
  afterChunks,
  aheadOfRefusal,
];
