import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { isSenderError } from '@countersign/sender';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { defined, refusal, type Stage, stage, verified } from './harness.js';

const HEADER_VALUE = 'Bearer never-to-be-seen-again';
const EVENT_DATA = 'nor-the-data-of-an-event';

/** Everything that a value shows of itself. */
function shown(value: unknown): string {
  return `${inspect(value, { depth: 20, showHidden: true, getters: true })}\n${JSON.stringify(value) ?? ''}\n${String(value)}`;
}

/** All that somebody can read of an endpoint and what became of its deliveries. */
async function everything({ sender, outcomes }: Stage, id: string): Promise<string> {
  const { data: deliveries } = await sender.deliveries.list({ endpointId: id });
  const parts = [
    sender,
    outcomes,
    await sender.endpoints.get(id),
    await sender.endpoints.list(),
    await sender.endpoints.stats(id),
    await sender.totals(),
    deliveries,
    await Promise.all(deliveries.map((delivery) => sender.deliveries.get(delivery.id))),
  ];
  return parts.map(shown).join('\n');
}

describe("an endpoint's secret is shown once, by what made it", () => {
  test('by `create`, generated where none is given, and by `rotateSecret`; nothing else ever has it, nor a header’s value', async () => {
    const { calls: warnings } = vi.spyOn(process, 'emitWarning').mockImplementation(() => {}).mock;
    onTestFinished(() => void vi.restoreAllMocks());
    // The default hook: notices and disabled endpoints become process warnings.
    const on = await stage({ retry: { delaysMs: [0, 1000] }, onEvent: undefined });
    on.sink.answer('/a', { status: 500, body: 'no' }, 410);
    const made = await on.endpoint('/a', { headers: { Authorization: HEADER_VALUE } });
    const rotated = await on.sender.endpoints.rotateSecret(made.id);
    expect(made.secret).toMatch(/^whsec_.{40,}/);
    expect(rotated.secret).not.toBe(made.secret);
    await on.send({ data: EVENT_DATA });
    await on.untilAttempts(made.id, 1);
    await on.clock.advance(1000);
    await on.untilStatuses(made.id, 'failed');
    await on.until(() => on.outcomes.some(({ kind }) => kind === 'endpoint_disabled'));
    const request = defined(on.sink.at('/a')[0]);
    expect(request.headers['authorization']).toBe(HEADER_VALUE);

    const updated = await on.sender.endpoints.update(made.id, { name: 'x' });
    const enabled = await on.sender.endpoints.enable(made.id);
    const tested = await on.sender.endpoints.test(made.id);
    expect(made.headerNames).toEqual(['authorization']);
    const text = [
      await everything(on, made.id),
      shown(updated),
      shown(enabled),
      shown(tested),
      shown(warnings),
    ].join('\n');
    expect(warnings).toHaveLength(2);
    const { secret: _, ...withoutSecret } = made;
    const hidden = [
      made.secret,
      rotated.secret,
      HEADER_VALUE,
      EVENT_DATA,
      request.headers['webhook-signature'] ?? '',
    ];
    for (const value of hidden.flatMap((one) => [one, one.replace('whsec_', '')])) {
      expect(`${text}${shown(withoutSecret)}`).not.toContain(value);
    }
  });

  test('given at creation, it signs', async () => {
    const on = await stage();
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const { id, secret: back } = await on.endpoint('/a', { secret });
    expect(back).toBe(secret);
    await on.send();
    await on.untilStatuses(id, 'delivered');
    await verified(defined(on.sink.at('/a')[0]), secret);
  });

  test('of fewer than 16 bytes, or in another form, is refused without being named', async () => {
    const on = await stage({ isStarted: false });
    for (const secret of [
      'whsec_c2hvcnQ=',
      'a plain text that is no base64',
      `whpk_${randomBytes(32).toString('base64')}`,
    ]) {
      let message = '';
      try {
        await on.endpoint('/a', { secret });
      } catch (error) {
        expect(isSenderError(error)).toBe(true);
        message = shown(error);
      }
      expect(message).toContain('`secret`');
      expect(message).not.toContain(secret.slice(6));
    }
    expect((await on.sender.endpoints.list()).data).toEqual([]);
  });
});

test('a refused header is named, and its value is not', async () => {
  const on = await stage({ isStarted: false });
  const names = [
    'webhook-signature',
    'Webhook-Id',
    'content-length',
    'Host',
    'proxy-authorization',
    'transfer-encoding',
  ];
  for (const name of [...names, 'x-bad']) {
    const value = name === 'x-bad' ? `${HEADER_VALUE}\r\nx-injected: 1` : HEADER_VALUE;
    const call = (): Promise<unknown> => on.endpoint('/a', { headers: { [name]: value } });
    expect(await refusal(call)).toEqual({ code: 'invalid_input', field: `headers.${name}` });
    await expect(call()).rejects.not.toThrow('never-to-be-seen');
  }
});

describe('a sender with `encryption`', () => {
  const key = (id: string): { id: string; key: string } => ({ id, key: randomBytes(32).toString('base64') });
  const raw = async (on: Stage, id: string): Promise<string> =>
    JSON.stringify(await on.store.records.endpoint('*', id));

  test('stores secrets and header values sealed; without it they stand there, and start says so once', async () => {
    const clear = await stage();
    const open = await clear.endpoint('/a', { headers: { 'x-key': HEADER_VALUE } });
    expect(await raw(clear, open.id)).toContain(HEADER_VALUE);
    await clear.sender.start();
    expect(clear.notices().map(({ code }) => code)).toEqual(['secrets_stored_in_clear']);

    const on = await stage({ encryption: { keys: [key('k1')] } });
    const made = await on.endpoint('/a', { headers: { 'x-key': HEADER_VALUE } });
    const rotated = await on.sender.endpoints.rotateSecret(made.id);
    const stored = await raw(on, made.id);
    for (const value of [made.secret, rotated.secret, made.secret.slice(6), HEADER_VALUE])
      expect(stored).not.toContain(value);
    expect(on.notices()).toEqual([]);

    await on.send();
    await on.untilStatuses(made.id, 'delivered');
    const request = defined(on.sink.at('/a')[0]);
    await verified(request, made.secret);
    await verified(request, rotated.secret);
    expect(request.headers['x-key']).toBe(HEADER_VALUE);
  });

  test('changes its key by `reseal`: afterwards the old one is not needed', async () => {
    const [first, second] = [key('k1'), key('k2')];
    const before = await stage({ encryption: { keys: [first] } });
    const made: { id: string; secret: string }[] = [];
    for (let index = 0; index < 150; index += 1) {
      made.push(
        await before.endpoint(`/${index}`, { headers: { 'x-key': HEADER_VALUE }, enabled: index === 149 }),
      );
    }
    const between = await stage({ beside: before, isStarted: false, encryption: { keys: [second, first] } });
    expect(await between.sender.endpoints.reseal()).toBe(150);
    expect(await between.sender.endpoints.reseal()).toBe(0);
    await before.sender.stop();
    const after = await stage({ beside: before, encryption: { keys: [second] } });
    await after.send();
    const { id, secret } = defined(made[149]);
    await after.untilStatuses(id, 'delivered');
    await verified(defined(after.sink.at('/149')[0]), secret);
    expect(await raw(after, id)).not.toContain('aes256gcm:k1:');
  });

  test('seals what stood in the record as it was, too', async () => {
    const clear = await stage({ isStarted: false });
    const { id, secret } = await clear.endpoint('/a');
    const on = await stage({ beside: clear, encryption: { keys: [key('k1')] } });
    expect(await on.sender.endpoints.reseal()).toBe(1);
    expect(await raw(on, id)).not.toContain(secret);
    await on.send();
    await on.untilStatuses(id, 'delivered');
    await verified(defined(on.sink.at('/a')[0]), secret);
  });

  test('without the key: nothing is sent and nothing lost, a notice names the endpoint, others are served; with the key it goes on', async () => {
    const [first, second] = [key('k1'), key('k2')];
    const before = await stage({ isStarted: false, encryption: { keys: [first] } });
    const sealed = await before.endpoint('/sealed');
    const without = await stage({ beside: before, encryption: { keys: [second] } });
    const other = await without.endpoint('/other');
    await without.send();
    await without.untilStatuses(other.id, 'delivered');
    await without.until(() => without.notices().length === 1);
    expect(without.notices()).toMatchObject([{ code: 'encryption_key_missing', endpointId: sealed.id }]);
    await without.quiet();
    await without.clock.advance(59_000);
    expect(without.notices()).toHaveLength(1);
    expect((await without.sender.deliveries.list({ endpointId: sealed.id })).data).toMatchObject([
      { status: 'pending', attemptCount: 0 },
    ]);
    expect(await refusal(() => without.sender.endpoints.test(sealed.id))).toMatchObject({
      code: 'encryption_key_missing',
    });
    await without.sender.stop();

    const back = await stage({ beside: before, encryption: { keys: [second, first] } });
    await back.clock.advance(60_000);
    await back.untilStatuses(sealed.id, 'delivered');
    await verified(defined(back.sink.at('/sealed')[0]), sealed.secret);
  });

  test('opens nothing that was moved to another endpoint, or altered', async () => {
    const on = await stage({ encryption: { keys: [key('k1')] } });
    const a = await on.endpoint('/a', { tenant: 'a' });
    const b = await on.endpoint('/b', { tenant: 'b' });
    const [from, to] = [
      await on.store.records.endpoint('*', a.id),
      await on.store.records.endpoint('*', b.id),
    ];
    await on.store.records.replaceEndpoint(defined(to).revision, {
      ...defined(to),
      secrets: defined(from).secrets,
    });
    await on.send({ tenant: 'b' });
    await on.until(() => on.notices().length === 1);
    expect(on.notices()).toMatchObject([{ code: 'encryption_key_missing', endpointId: b.id }]);
    expect(on.started).toEqual([]);
  });
});
