import { createSender, type Sender, type Transport } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { expect } from 'vitest';

/** What seals secrets and headers, before and after. */
export const encryption = { keys: [{ id: 'k1', key: Buffer.alloc(32, 7).toString('base64') }] };

/** What JSON can hold and columns might change: U+0000, half of no pair, line separators, digits, escapes. */
export const ODD = {
  zero: 'a\u0000b',
  lines: '\u2028\u2029\r\n\t',
  faces: '👩‍👩‍👧 \u{10FFFF}',
  quotes: `"\\u0000" 'x' $1 \\`,
  digits: 1e21,
  small: 5e-324,
  nested: { __proto__x: [null, true, [], {}] },
};

/** A request as a receiver would see it. */
export interface Sent {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers by the path: `/down` with 503, `/rejecting` with 500, `/gone` with 410, all others with 200. */
export function transportOf(sent: Sent[], statuses: Readonly<Record<string, number>>): Transport {
  return {
    async exchange({ url, body, headers }) {
      sent.push({ path: url.pathname, body: Buffer.from(body).toString(), headers });
      const status = statuses[url.pathname] ?? 200;
      const answer = Buffer.from(status === 200 ? '' : `no: \u0000 \u2028 ${status}`);
      return { kind: 'response', status, headers: {}, body: answer, truncated: false };
    },
    async close() {},
  };
}

const STATUSES = { '/down': 503, '/rejecting': 500, '/gone': 410 };
const HOUR_MS = 3_600_000;

/** A sender on a file, with all that this folder is about. */
export function senderOn(path: string, sent: Sent[] = []): Sender {
  const transport = transportOf(sent, STATUSES);
  return createSender({ store: sqliteStore({ path }), transport, encryption, onEvent: () => {} });
}

/** Makes a file with everything in it that a record can have; the secret of the endpoint `ok`. */
export async function makeFullRecord(path: string): Promise<string> {
  const sender = senderOn(path);
  const secret = await addEndpoints(sender);
  await sender.start();
  await sendAll(sender);
  await settled(sender);
  await sender.endpoints.delete('deleted');
  await sender.endpoints.disable('disabled');
  await sender.send({ id: 'skipped', type: 'job.skipped', data: {} });
  await expect.poll(() => statusesOf(sender, 'disabled')).toContain('skipped');
  await settled(sender);
  await sender.stop();
  await addUnrouted(path);
  return secret;
}

async function addEndpoints(sender: Sender): Promise<string> {
  const url = (path: string): string => `https://receiver.example/${path}`;
  const headers = { authorization: 'Bearer 4711' };
  const { secret } = await sender.endpoints.create({
    id: 'ok',
    url: url('ok'),
    headers,
    description: 'ü\u2028',
  });
  const later = { delaysMs: [0, HOUR_MS] };
  await sender.endpoints.create({ id: 'down', url: url('down'), retry: later, events: ['job.*', 'order.*'] });
  await sender.endpoints.create({ id: 'rejecting', url: url('rejecting'), retry: { delaysMs: [0] } });
  await sender.endpoints.create({ id: 'gone', url: url('gone') });
  await sender.endpoints.create({ id: 'deleted', url: url('deleted'), events: ['job.done'] });
  await sender.endpoints.create({ id: 'disabled', url: url('disabled'), rateLimit: { perSecond: 50 } });
  const filters = { custom_filters: { 'customer.country': 'DE' } };
  await sender.endpoints.create({ id: 'acme', tenant: 'acme', url: url('acme'), filters });
  await sender.endpoints.create({ id: 'other', tenant: 'other', url: url('other'), events: ['job.done'] });
  await sender.endpoints.rotateSecret('acme', { tenant: 'acme', overlapSeconds: 7200 });
  await sender.endpoints.update('other', { description: 'second revision' }, { tenant: 'other' });
  return secret;
}

async function sendAll(sender: Sender): Promise<void> {
  await sender.send({ id: 'odd', type: 'job.done', data: ODD });
  for (const [place, id] of ['first', 'second', 'third'].entries()) {
    await sender.send({ id, type: 'order.placed', data: { place }, orderingKey: 'order "é\u2028' });
  }
  await sender.send({ id: 'odd', tenant: 'acme', type: 'job.done', data: { customer: { country: 'DE' } } });
  await sender.send({
    id: 'filtered',
    tenant: 'acme',
    type: 'job.done',
    data: { customer: { country: 'AT' } },
  });
  await sender.send({ id: 'odd', tenant: 'other', type: 'job.done', data: [], timestamp: new Date(1234) });
  await sender.sendMany(
    Array.from({ length: 40 }, (_, data) => ({ id: `many_${data}`, type: 'bulk', data })),
  );
}

/** Everything is routed, and what is pending waits for its time. */
async function settled(sender: Sender): Promise<void> {
  await expect
    .poll(async () => {
      const { pending, inFlight, retrying } = await sender.totals();
      return { pending, inFlight, retrying, ok: (await statusesOf(sender, 'ok')).includes('pending') };
    })
    .toMatchObject({ inFlight: 0, ok: false });
  await expect.poll(() => statusesOf(sender, 'ok')).toHaveLength(45 - 1 + (await isSkipped(sender)));
}

async function isSkipped(sender: Sender): Promise<number> {
  const { data } = await sender.deliveries.list({ eventId: 'skipped' });
  return data.some(({ endpointId }) => endpointId === 'ok') ? 1 : 0;
}

async function statusesOf(sender: Sender, endpointId: string): Promise<readonly string[]> {
  const { data } = await sender.deliveries.list({ endpointId, limit: 500, tenant: '*' });
  return data.map(({ status }) => status);
}

/** A sender that is not started takes events in, and routes none. */
async function addUnrouted(path: string): Promise<void> {
  const sender = senderOn(path);
  await sender.send({
    id: 'fourth',
    type: 'order.placed',
    data: { place: 3 },
    orderingKey: 'order "é\u2028',
  });
  await sender.send({
    id: 'unrouted',
    tenant: 'acme',
    type: 'job.done',
    data: { customer: { country: 'DE' } },
  });
  await sender.stop();
}
