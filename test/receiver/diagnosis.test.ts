import { inspect } from 'node:util';
import { type ReceiverOptions, sign } from '@countersign/core';
import { type FakeClock, fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { type BufferedRequest, delivery, otherSecret, secret, stage, textOf } from './harness.js';

const json = { type: 'job.done', data: { text: 'a: b, "c"', n: [1, 2] } };
const compact = JSON.stringify(json);

/** A delivery that was signed over one body and arrives with another. */
async function altered(clock: FakeClock, signed: string, arrives: string): Promise<BufferedRequest> {
  const request = await delivery(clock, { body: signed });
  return { ...request, body: new TextEncoder().encode(arrives) };
}

/** What the outcome says of one request, when the diagnosis is over. */
async function diagnosed(
  make: (clock: FakeClock) => Promise<BufferedRequest>,
  options: Partial<ReceiverOptions<Record<string, unknown>>> = {},
): Promise<string | undefined> {
  const { clock, receiver, outcomes } = stage(options);
  receiver.onUnhandled(() => {});
  const request = await make(clock);
  expect((await receiver.handle(request)).status).toBe(401);
  await clock.advance(0);
  expect(outcomes).toHaveLength(1);
  const [outcome] = outcomes;
  return outcome?.kind === 'refused' ? outcome.diagnosis : undefined;
}

describe('a body that was re-encoded on its way is told from a wrong secret', () => {
  test.each([
    ['indented JSON', JSON.stringify(json, null, 2), compact],
    ['JSON without white space', compact, JSON.stringify(json, null, 4)],
    [
      'JSON as Python writes it',
      '{"type": "job.done", "data": {"text": "a: b, \\"c\\"", "n": [1, 2]}}',
      compact,
    ],
    ['a lost trailing newline', `${compact}\n`, compact],
    ['an added trailing newline', compact, `${compact}\n`],
    ['CRLF made LF', '{\r\n"type":"a"}', '{\n"type":"a"}'],
    ['LF made CRLF', '{\n"type":"a"}', '{\r\n"type":"a"}'],
    ['a byte order mark', compact, `\ufeff${compact}`],
    ['a body that was lost', '', compact],
  ])('%s', async (_name, signed, arrives) => {
    expect(await diagnosed((clock) => altered(clock, signed, arrives))).toMatch(/re-encoded|altered|empty/);
    expect(await diagnosed((clock) => altered(clock, signed, arrives))).toContain('`k0`');
  });

  test('anything else: the secret is wrong, or the body was altered', async () => {
    const message = await diagnosed((clock) => altered(clock, compact, compact.replace('job', 'bob')));
    expect(message).toContain('no secret matches');
    expect(await diagnosed((clock) => delivery(clock, { secret: otherSecret }))).toBe(message);
  });
});

test('a secret outside its window is named', async () => {
  const notAfter = new Date(fakeClock().now());
  const secrets = [
    { id: 'current', secret },
    { id: 'retired', secret: otherSecret, notAfter },
  ];
  expect(await diagnosed((clock) => delivery(clock, { secret: otherSecret }), { secrets })).toContain(
    '`retired`',
  );
});

test('a signature of another kind than the secrets is named', async () => {
  const make = async (clock: FakeClock): Promise<BufferedRequest> => {
    const request = await delivery(clock);
    return { ...request, headers: { ...request.headers, 'webhook-signature': `v1a,${'A'.repeat(86)}==` } };
  };
  expect(await diagnosed(make)).toMatch(/ed25519.*hmac-sha256/);
});

test('signatures of unknown versions alone are named', async () => {
  expect(
    await diagnosed((clock) => delivery(clock, { headers: { 'webhook-signature': 'v9,AAAA' } })),
  ).toContain('version');
});

test('it runs after the answer', async () => {
  const { clock, receiver, outcomes } = stage({});
  receiver.onUnhandled(() => {});
  const answer = await receiver.handle(await altered(clock, compact, `${compact}\n`));
  expect(answer.status).toBe(401);
  expect(outcomes).toEqual([]);
  await clock.advance(0);
  expect(outcomes).toMatchObject([{ code: 'signature_mismatch', diagnosis: expect.any(String) }]);
});

test('it runs once a second at most: the others are told at once, without it', async () => {
  const { clock, receiver, outcomes } = stage({});
  receiver.onUnhandled(() => {});
  const request = await altered(clock, compact, `${compact}\n`);
  const found = () =>
    outcomes.map((outcome) => outcome.kind === 'refused' && outcome.diagnosis !== undefined);
  for (let n = 0; n < 50; n += 1) await receiver.handle(request);
  expect(found()).toEqual(Array(49).fill(false));
  await clock.advance(999);
  await receiver.handle(request);
  await clock.advance(0);
  expect(found().filter(Boolean)).toHaveLength(1);
  await clock.advance(1);
  await receiver.handle(request);
  await clock.advance(0);
  expect(found().filter(Boolean)).toHaveLength(2);
});

test('bodies over 64 KiB are not looked into', async () => {
  const pad = (length: number): string => `{"type":"a","data":"${'x'.repeat(length - 22)}"}`;
  const atLimit = pad(65_535);
  expect(await diagnosed((clock) => altered(clock, atLimit, `${atLimit}\n`))).toContain('re-encoded');
  const over = pad(65_536);
  expect(await diagnosed((clock) => altered(clock, over, `${over}\n`))).toBeUndefined();
});

test('it never changes the verdict: what it recognises stays refused', async () => {
  const { clock, receiver, codes } = stage({});
  let runs = 0;
  receiver.onUnhandled(() => {
    runs += 1;
  });
  const request = await altered(clock, compact, `${compact}\n`);
  for (let n = 0; n < 3; n += 1) {
    expect((await receiver.handle(request)).status).toBe(401);
    await clock.advance(2_000);
  }
  expect(runs).toBe(0);
  expect(codes()).toEqual(Array(3).fill('signature_mismatch'));
});

test('other failures are not diagnosed, and wait for nothing', async () => {
  const { clock, receiver, outcomes } = stage({});
  receiver.onUnhandled(() => {});
  await receiver.handle(await delivery(clock, { signedAt: new Date(clock.now() - 3_600_000) }));
  expect(outcomes).toMatchObject([{ code: 'timestamp_too_old' }]);
  expect(outcomes[0]).not.toHaveProperty('diagnosis');
});

test('waitUntil is given the diagnosis', async () => {
  const { clock, receiver, outcomes } = stage({});
  receiver.onUnhandled(() => {});
  const background: Promise<unknown>[] = [];
  const request = await altered(clock, compact, `${compact}\n`);
  await receiver.handle({ ...request, waitUntil: (work) => background.push(work) });
  expect(background).toHaveLength(1);
  await clock.advance(0);
  await Promise.all(background);
  expect(outcomes).toHaveLength(1);
});

test('a waitUntil that throws does not make `handle` reject, nor the outcome vanish', async () => {
  const { clock, receiver, codes } = stage({});
  receiver.onUnhandled(() => {});
  const request = await altered(clock, compact, `${compact}\n`);
  const waitUntil = (): never => {
    throw new Error('the request is over');
  };
  expect((await receiver.handle({ ...request, waitUntil })).status).toBe(401);
  await clock.advance(0);
  expect(codes()).toEqual(['signature_mismatch']);
});

test('neither body nor signature nor secret stands in it', async () => {
  const { clock, receiver, outcomes } = stage({});
  receiver.onUnhandled(() => {});
  const { headers } = await sign({ id: 'm1', timestamp: new Date(clock.now()), body: compact }, { secret });
  await receiver.handle(await altered(clock, compact, `${compact}\n`));
  await clock.advance(0);
  const told = inspect(outcomes, { depth: null, showHidden: true });
  for (const word of [secret.slice(6), headers['webhook-signature']?.slice(3) ?? '', 'a: b']) {
    expect(told).not.toContain(word);
  }
});

test('the answer to a mismatch is the answer to a missing key, byte for byte', async () => {
  const mismatch = stage({});
  const noKey = stage({ secrets: () => undefined });
  for (const { receiver } of [mismatch, noKey]) receiver.onUnhandled(() => {});
  const request = await delivery(mismatch.clock, { secret: otherSecret });
  const [one, other] = await Promise.all([mismatch.receiver.handle(request), noKey.receiver.handle(request)]);
  expect(textOf(one)).toBe(textOf(other));
  expect(one).toEqual(other);
});
