import assert from 'node:assert/strict';
import type { AdapterTarget } from '../adapter/adapter-target.js';
import { until } from '../scene/in-time.js';
import type { RawConnection } from '../scene/raw-connection.js';
import { tooLarge } from '../scene/refusals.js';
import { type Scene, withScene } from '../scene/scene.js';
import { chunk, type WireRequest } from '../scene/wire.js';
import { type Attack, attack } from './attack.js';
import { standardBody, standardDelivery } from './forge.js';

const MIB = 1024 * 1024;
const maxBodyBytes = 10_000;
const bodyTimeoutMs = 4_000;
const options = { receiver: { maxBodyBytes, bodyTimeoutMs } } as const;

/** A genuine delivery whose body has exactly this many bytes. */
function ofSize(scene: Scene, size: number): WireRequest & { readonly body: Uint8Array } {
  const empty = standardBody('""');
  const body = standardBody(`"${'x'.repeat(size - empty.length)}"`);
  return standardDelivery(scene.secret, { id: `msg_${size}`, timestamp: String(scene.seconds), body });
}

/** A connection that has sent a head with these headers more. */
async function opened(
  scene: Scene,
  request: WireRequest,
  ...more: readonly (readonly [string, string])[]
): Promise<RawConnection> {
  const connection = await scene.connect();
  connection.sendHead(request, ...more);
  return connection;
}

async function tooLong(scene: Scene): Promise<void> {
  await scene.accepts('a body of exactly the limit', ofSize(scene, maxBodyBytes));
  await scene.refuses('one byte more', ofSize(scene, maxBodyBytes + 1), tooLarge);
  const forged = { ...ofSize(scene, maxBodyBytes + 1), body: new Uint8Array(maxBodyBytes + 1) };
  await scene.refuses('one byte more, not signed', forged, tooLarge);

  // Refused by its declaration: not one byte of the body is needed. Servers have limits of their own above this.
  const before = scene.soFar;
  const declared = await opened(scene, ofSize(scene, 200), ['content-length', String(100 * MIB)]);
  await scene.checkRefusal('100 MiB declared', await declared.response(), tooLarge, before);
  declared.close();
}

/** A chunked body that has no end: the answer must come while it is still being sent. */
async function withoutEnd(scene: Scene): Promise<void> {
  const before = scene.soFar;
  const connection = await opened(scene, ofSize(scene, 200), ['transfer-encoding', 'chunked']);
  const piece = chunk(Buffer.alloc(0x10000, 'x'));
  for (let sent = 0; sent < 32 * MIB && !connection.isClosed; sent += piece.length)
    await connection.writeAll(piece);
  await scene.checkRefusal('a body without end', await connection.response(), tooLarge, before);
  connection.close();
}

/** A length that is not the body's. */
async function lyingLength(scene: Scene): Promise<void> {
  const genuine = ofSize(scene, 300);
  const [runs, calls] = [scene.runs.length, scene.store.calls.length];
  for (const length of ['299', '10', '0']) {
    const short = await opened(scene, genuine, ['content-length', length]);
    short.write(genuine.body);
    const answer = await short.response();
    // 401 for the part, unless the rest, which is no request, has ended the connection before.
    assert.ok(
      answer === undefined || [400, 401].includes(answer.status),
      `${length} declared: ${answer?.status}`,
    );
    short.close();
  }
  const long = await opened(scene, genuine, ['content-length', '301']);
  long.write(genuine.body);
  long.end();
  const answer = await long.response();
  assert.ok(answer === undefined || answer.status === 400, `a length too long: answered ${answer?.status}`);
  long.close();
  for (const lines of [
    [
      ['content-length', '300'],
      ['transfer-encoding', 'chunked'],
    ],
    [
      ['content-length', '300'],
      ['content-length', '301'],
    ],
    [['content-length', '-1']],
    [['content-length', '+300']],
    [['content-length', '3e2']],
    [['content-length', '0x12c']],
  ] as const) {
    const smuggling = await opened(scene, genuine, ...lines);
    smuggling.write(genuine.body);
    const refused = await smuggling.response();
    assert.ok(
      refused === undefined || refused.status === 400,
      `${lines.join()}: answered ${refused?.status}`,
    );
    smuggling.close();
  }
  await scene.quiet();
  assert.equal(scene.runs.length, runs, 'a request without a clear length reached the application');
  assert.equal(scene.store.calls.length, calls, 'a request without a clear length reached the replay store');
}

/** A client that stops sending, and one that goes away. */
async function unfinished(scene: Scene): Promise<void> {
  const genuine = ofSize(scene, 300);
  const length = ['content-length', '300'] as const;
  for (const part of [0, 1, 299]) {
    const before = scene.soFar;
    const stalled = await opened(scene, genuine, length);
    stalled.write(genuine.body.subarray(0, part));
    await until('the receiver to wait for the body', () => scene.clock.pending > 0);
    await scene.clock.advance(bodyTimeoutMs - 1);
    assert.equal(stalled.hasResponse, false, `stalled after ${part} bytes: answered too early`);
    await scene.clock.advance(1);
    const refusal = { status: 408, code: 'body_timeout' } as const;
    await scene.checkRefusal(`stalled after ${part} bytes`, await stalled.response(), refusal, before);
    await stalled.closed();
  }
  const before = scene.soFar;
  const aborted = await opened(scene, genuine, length);
  aborted.write(genuine.body.subarray(0, 150));
  await until('the receiver to wait for the body', () => scene.clock.pending > 0);
  aborted.abort();
  await scene.untilOutcomes(before.outcomes + 1);
  assert.equal(scene.outcomes.at(-1)?.code, 'body_aborted', 'an aborted body: the outcome');
  assert.deepEqual(scene.soFar, { ...before, outcomes: before.outcomes + 1 });
  await until('the timer of the aborted body to go', () => scene.clock.pending === 0);
}

async function limits(target: AdapterTarget): Promise<void> {
  for (const play of [tooLong, withoutEnd, lyingLength, unfinished]) {
    await withScene(target, options, async (scene) => {
      await play(scene);
      await scene.accepts('a genuine delivery after that', ofSize(scene, 250));
    });
  }
}

export const bodyLimitAttacks: readonly Attack[] = [
  attack(
    19,
    'bodies too large, too short, too slow, or without end',
    'The receiver buffers what it will refuse, waits for what never comes, or takes a part for the whole.',
    limits,
  ),
];
