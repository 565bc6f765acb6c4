import { describe, expect, it } from 'vitest';
import type { DeliveryInfo, Outgoing } from '../../src/envelope/port.js';
import type { Provider } from '../../src/provider/provider.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';
import { sign } from '../../src/sign/sign.js';
import { createVerifier } from '../../src/verify/create-verifier.js';
import { refusal } from '../verify/refusal.js';

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const event: Outgoing = {
  id: 'evt_1',
  type: 'thing.happened',
  timestamp: new Date('2026-01-15T10:29:58.250Z'),
  data: { z: 1, a: 'é' },
};
const first: DeliveryInfo = { endpointId: 'ep_1', deliveryId: 'dlv_1', attempt: 1, test: false };
const sentAt = new Date('2026-01-15T10:30:00.500Z');

interface Encoded {
  readonly provider: Provider;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly delivery?: Partial<DeliveryInfo>;
}

const ISO = '2026-01-15T10:29:58.250Z';
const DATA = '{"z":1,"a":"é"}';
const FIRST_ATTEMPTS: readonly Encoded[] = [
  {
    provider: standardWebhooks,
    body: `{"type":"thing.happened","timestamp":"${ISO}","data":${DATA}}`,
    headers: {},
  },
  {
    provider: stripe,
    body: `{"id":"evt_1","object":"event","created":1768472998,"data":${DATA},"type":"thing.happened"}`,
    headers: {},
  },
  {
    provider: github,
    body: DATA,
    headers: { 'x-github-event': 'thing.happened', 'x-github-delivery': 'dlv_1' },
  },
  {
    provider: deliveryFlow,
    body: `{"id":"evt_1","event":"thing.happened","timestamp":"${ISO}","data":${DATA}}`,
    headers: { 'x-webhook-id': 'ep_1' },
  },
  { provider: dcisionai, body: `{"event":"thing.happened","data":${DATA}}`, headers: {} },
  {
    provider: aiPlatform,
    body: `{"event_id":"evt_1","event_type":"thing.happened","timestamp":"${ISO}","data":${DATA},"retry_count":0}`,
    headers: { 'x-webhook-id': 'ep_1', 'x-event-id': 'evt_1', 'x-timestamp': ISO },
  },
  {
    provider: ragEngine,
    body: '{"event":"thing.happened","timestamp":"2026-01-15T10:29:58.250","data":{"a": "\\u00e9", "z": 1}}',
    headers: {},
  },
  {
    provider: empJobQueue,
    body: `{"event_type":"thing.happened","event_id":"evt_1","timestamp":1768472998250,"webhook_id":"ep_1","data":${DATA}}`,
    headers: { 'x-webhook-event': 'thing.happened', 'x-webhook-id': 'ep_1', 'x-event-id': 'evt_1' },
  },
];

const LATER_ATTEMPTS: readonly (Encoded & { readonly name: string })[] = [
  {
    name: 'aiPlatform counts retries',
    provider: aiPlatform,
    delivery: { attempt: 4, sentAt },
    body: `{"event_id":"evt_1","event_type":"thing.happened","timestamp":"${ISO}","data":${DATA},"retry_count":3}`,
    headers: { 'x-webhook-id': 'ep_1', 'x-event-id': 'evt_1', 'x-timestamp': ISO },
  },
  {
    name: 'empJobQueue: the timestamp is the attempt’s from the first retry, `original_timestamp` the event’s',
    provider: empJobQueue,
    delivery: { attempt: 2, sentAt },
    body: `{"event_type":"thing.happened","event_id":"evt_1","timestamp":1768473000500,"webhook_id":"ep_1","data":${DATA},"metadata":{"retry_attempt":1,"original_timestamp":1768472998250}}`,
    headers: { 'x-webhook-event': 'thing.happened', 'x-webhook-id': 'ep_1', 'x-event-id': 'evt_1' },
  },
  {
    name: 'empJobQueue: the first attempt keeps the event’s time, whenever it is made',
    provider: empJobQueue,
    delivery: { attempt: 1, sentAt },
    body: `{"event_type":"thing.happened","event_id":"evt_1","timestamp":1768472998250,"webhook_id":"ep_1","data":${DATA}}`,
    headers: { 'x-webhook-event': 'thing.happened', 'x-webhook-id': 'ep_1', 'x-event-id': 'evt_1' },
  },
  {
    name: 'empJobQueue: a test says so',
    provider: empJobQueue,
    delivery: { test: true },
    body: `{"event_type":"thing.happened","event_id":"evt_1","timestamp":1768472998250,"webhook_id":"ep_1","data":${DATA},"metadata":{"test":true}}`,
    headers: { 'x-webhook-event': 'thing.happened', 'x-webhook-id': 'ep_1', 'x-event-id': 'evt_1' },
  },
  {
    name: 'empJobQueue: a test that is repeated says both',
    provider: empJobQueue,
    delivery: { test: true, attempt: 3, sentAt },
    body: `{"event_type":"thing.happened","event_id":"evt_1","timestamp":1768473000500,"webhook_id":"ep_1","data":${DATA},"metadata":{"retry_attempt":2,"original_timestamp":1768472998250,"test":true}}`,
    headers: { 'x-webhook-event': 'thing.happened', 'x-webhook-id': 'ep_1', 'x-event-id': 'evt_1' },
  },
  {
    name: 'deliveryFlow sends the same bytes again',
    provider: deliveryFlow,
    delivery: { attempt: 5, sentAt },
    body: `{"id":"evt_1","event":"thing.happened","timestamp":"${ISO}","data":${DATA}}`,
    headers: { 'x-webhook-id': 'ep_1' },
  },
];

function expectEncoded({ provider, body, headers, delivery }: Encoded): void {
  const encoded = provider.envelope.encode(event, { ...first, ...delivery });
  expect(Buffer.from(encoded.body).toString()).toBe(body);
  expect(encoded.headers).toEqual({ 'content-type': 'application/json', ...headers });
}

describe('encode writes what the document shows', () => {
  it.each(FIRST_ATTEMPTS.map((row) => [row.provider.name, row] as const))('%s', (_name, row) =>
    expectEncoded(row),
  );
  it.each(LATER_ATTEMPTS.map((row) => [row.name, row] as const))('%s', (_name, row) => expectEncoded(row));
});

describe('what is encoded and signed is verified and decoded', () => {
  it.each(FIRST_ATTEMPTS.map(({ provider }) => [provider.name, provider] as const))(
    '%s',
    async (_name, provider) => {
      const { scheme, envelope } = provider;
      const encoded = envelope.encode(event, { ...first, attempt: 2, sentAt });
      const id = scheme.authenticates.id ? 'dlv_1' : undefined;
      const signed = await sign({ id, timestamp: sentAt, body: encoded.body }, { provider, secret: SECRET });
      const headers: Readonly<Record<string, string>> = { ...encoded.headers, ...signed.headers };
      const verifier = createVerifier({ provider, secrets: SECRET, now: () => sentAt.getTime() });
      const verified = await verifier.verify({ headers, body: signed.body });
      expect(verified.keyId).toBe('k0');
      const decoded = envelope.decode(
        JSON.parse(Buffer.from(signed.body).toString()),
        (name) => headers[name],
      );
      expect(decoded).toMatchObject({ type: event.type, data: event.data });
      if (envelope.fields.timestamp !== undefined && provider !== stripe && provider !== empJobQueue) {
        expect(decoded.timestamp).toEqual(event.timestamp);
      }
    },
  );

  it('no envelope writes a header that its scheme writes', () => {
    for (const { provider } of FIRST_ATTEMPTS) {
      const { headers } = provider.envelope.encode(event, first);
      expect(Object.keys(headers).filter((name) => provider.scheme.headers.includes(name))).toEqual([]);
    }
  });
});

describe('empJobQueue: id and type come from the signed body', () => {
  const provider = empJobQueue;
  const send = async (change: Readonly<Record<string, string | readonly string[] | undefined>>) => {
    const encoded = provider.envelope.encode(event, first);
    const signed = await sign({ body: encoded.body }, { provider, secret: SECRET });
    const verifier = createVerifier({ provider, secrets: SECRET, now: () => sentAt.getTime() });
    return verifier.verify({
      headers: { ...encoded.headers, ...signed.headers, ...change },
      body: signed.body,
    });
  };

  it.each([
    ['x-webhook-event', 'job.failed', 'event_type'],
    ['x-webhook-event', 'THING.HAPPENED', 'event_type'],
    ['x-webhook-event', '', 'event_type'],
    ['x-event-id', 'evt_2', 'event_id'],
  ])('%s that disagrees (%j) is refused', async (name, value, member) => {
    expect(await refusal(send({ [name]: value }))).toMatchObject({
      code: 'header_mismatch',
      status: 400,
      message: `header \`${name}\` disagrees with the signed \`${member}\``,
    });
  });

  it.each(['x-webhook-event', 'x-event-id'])('%s that stands twice is refused', async (name) => {
    expect((await refusal(send({ [name]: ['evt_1', 'evt_1'] }))).code).toBe('duplicate_header');
  });

  it.each([
    { 'x-webhook-event': undefined },
    { 'x-event-id': undefined },
    { 'x-webhook-event': undefined, 'x-event-id': undefined, 'x-webhook-id': undefined },
    { 'x-webhook-id': 'another endpoint' },
  ])('%j decides nothing', async (change) => {
    expect((await send(change)).id).toBe('evt_1');
  });
});
