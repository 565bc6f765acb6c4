import { generateSecret, unvalidated } from '@countersign/core';
import { empJobQueueEvents } from '@countersign/core/catalogs/emp-job-queue';
import {
  type Attempt,
  createSender,
  type Delivery,
  type DeliveryQueue,
  type DeliveryStore,
  type Endpoint,
  type EndpointStats,
  type EndpointWithSecret,
  isSenderError,
  type NoticeCode,
  type Page,
  type SendEvent,
  type Sender,
  type SenderErrorCode,
  type SenderOptions,
  type SenderOutcome,
  type SentEvent,
  type Transport,
} from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { holds, type IsAny, type Same } from './expect-type.js';

interface Tx {
  query(text: string, values: unknown[]): Promise<unknown>;
}
declare const postgres: DeliveryStore<Tx>;
declare const pgQueue: DeliveryQueue<Tx>;
declare const tx: Tx;
declare const transport: Transport;

const store = memoryStore();
holds<[Same<typeof store, DeliveryStore>, Same<typeof store, DeliveryStore<never>>]>();

const events = {
  'job.completed': z.object({ job_id: z.string(), at: z.coerce.date() }),
  'job.failed': v.object({ error: v.string() }),
  'job.step.done': type({ step: 'number' }),
  'machine.up': unvalidated<{ readonly host: string }>(),
};

interface Inputs {
  'job.completed': { job_id: string; at: unknown };
  'job.failed': { error: string };
  'job.step.done': { step: number };
  'machine.up': { readonly host: string };
}

// ------------------------------------------------ `send` takes what the schemas take in
const sender = createSender({ store, events });
holds<[Same<IsAny<typeof sender>, false>, Same<IsAny<SendEvent<Inputs>>, false>]>();

async function sends(): Promise<void> {
  const sent = await sender.send({ type: 'job.failed', data: { error: 'x' } });
  holds<[Same<typeof sent, SentEvent>, Same<typeof sent.id, string>, Same<typeof sent.isNew, boolean>]>();
  // Coerced: the input is anything that the schema makes a date of.
  await sender.send({ type: 'job.completed', data: { job_id: 'j', at: new Date() } });
  await sender.send({ type: 'job.completed', data: { job_id: 'j', at: '2026-01-01' } });
  await sender.send({ type: 'job.step.done', data: { step: 1 } });
  await sender.send({ type: 'machine.up', data: { host: 'h' } });
  await sender.send({
    type: 'job.failed',
    data: { error: 'x' },
    id: 'e1',
    tenant: 'acme',
    orderingKey: undefined,
    timestamp: new Date(),
  });
  const many = await sender.sendMany([
    { type: 'job.failed', data: { error: 'x' } },
    { type: 'machine.up', data: { host: 'h' } },
  ]);
  holds<[Same<typeof many, readonly SentEvent[]>]>();

  // @ts-expect-error another event's payload
  await sender.send({ type: 'job.failed', data: { job_id: 'x' } });
  // @ts-expect-error a member is missing
  await sender.send({ type: 'job.completed', data: { at: new Date() } });
  // @ts-expect-error a member of another type
  await sender.send({ type: 'job.step.done', data: { step: '1' } });
  // @ts-expect-error a member that the payload does not have
  await sender.send({ type: 'job.failed', data: { error: 'x', code: 1 } });
  // @ts-expect-error a type that is not among them
  await sender.send({ type: 'job.exploded', data: {} });
  // @ts-expect-error a pattern is no type
  await sender.send({ type: 'job.*', data: {} });
  // @ts-expect-error a text that is known only when it runs
  await sender.send({ type: String('job.failed'), data: { error: 'x' } });
  // @ts-expect-error no data
  await sender.send({ type: 'job.failed' });
  // @ts-expect-error no type
  await sender.send({ data: { error: 'x' } });
  // @ts-expect-error the unit is a Date
  await sender.send({ type: 'job.failed', data: { error: 'x' }, timestamp: 5 });
  // @ts-expect-error in the spelling of a receiver's side
  await sender.send({ type: 'job.failed', data: { error: 'x' }, ordering_key: 'k' });
  // @ts-expect-error a payload that is typed and not validated
  await sender.send({ type: 'machine.up', data: { name: 'h' } });
  // @ts-expect-error one of several
  await sender.sendMany([{ type: 'machine.up', data: {} }]);
  // @ts-expect-error a single one is no list
  await sender.sendMany({ type: 'job.failed', data: { error: 'x' } });
}

// ------------------------------------------------ a transaction, where the store can join one
async function transactions(): Promise<void> {
  const event = { type: 'job.failed', data: { error: 'x' } } as const;
  // @ts-expect-error a store in memory cannot join a transaction, so the option is not there
  await sender.send(event, { transaction: tx });
  // @ts-expect-error nor any other option
  await sender.send(event, {});
  // @ts-expect-error nor for several events
  await sender.sendMany([event], { transaction: tx });

  const joining = createSender({ store: postgres, events, queue: pgQueue });
  await joining.send(event, { transaction: tx });
  await joining.send(event, { transaction: undefined });
  await joining.send(event, {});
  await joining.send(event);
  await joining.sendMany([event], { transaction: tx });
  // @ts-expect-error something else than a transaction of this store
  await joining.send(event, { transaction: 'tx' });
  // @ts-expect-error misspelt
  await joining.send(event, { transactions: tx });
  // @ts-expect-error with a transaction the payload is checked all the same
  await joining.send({ type: 'job.failed', data: {} }, { transaction: tx });
  const queued = createSender({ store, events, queue: pgQueue });
  // @ts-expect-error it is the store that joins a transaction: a queue alone does not bring the option
  await queued.send(event, { transaction: tx });
}

// ------------------------------------------------ without `events`: every type and any data
async function open(): Promise<void> {
  const anything = createSender({ store });
  holds<[Same<typeof anything, Sender>, Same<IsAny<SendEvent<Record<string, unknown>>['data']>, false>]>();
  await anything.send({ type: 'anything', data: 1 });
  await anything.send({ type: String('a'), data: undefined });
  await anything.endpoints.create({ url: 'https://receiver.example', events: [String('a.*')] });
  // @ts-expect-error no data
  await anything.send({ type: 'anything' });
  await createSender({ store, events: empJobQueueEvents }).endpoints.create({
    url: 'https://receiver.example',
    events: ['job.*', 'job.completed'],
  });
}

// ------------------------------------------------ endpoints: patterns of what the sender sends
async function endpoints(): Promise<void> {
  const url = 'https://receiver.example';
  const made = await sender.endpoints.create({ url, events: ['job.*', 'job.step.*', 'machine.up', '*'] });
  holds<[Same<typeof made, EndpointWithSecret>, Same<typeof made.secret, string>]>();
  await sender.endpoints.create({
    url,
    tenant: undefined,
    filters: { job_types: ['a'], custom_filters: { 'a.b': null } },
    headers: { authorization: 'x' },
    retry: { delaysMs: [0, 1000], jitter: 0.1 },
    concurrency: 8,
    rateLimit: { perSecond: 50 },
    secret: generateSecret(),
    enabled: false,
  });
  // @ts-expect-error misspelt
  await sender.endpoints.create({ url, events: ['job.complete'] });
  // @ts-expect-error a beginning of none
  await sender.endpoints.create({ url, events: ['jobs.*'] });
  // @ts-expect-error a star in a segment
  await sender.endpoints.create({ url, events: ['job.comp*'] });
  // @ts-expect-error a single pattern is no list
  await sender.endpoints.create({ url, events: 'job.*' });
  // @ts-expect-error no URL
  await sender.endpoints.create({ events: ['job.*'] });
  // @ts-expect-error a filter that there is not
  await sender.endpoints.create({ url, filters: { job_type: ['a'] } });
  // @ts-expect-error in the spelling of the management API
  await sender.endpoints.create({ url, rate_limit: { per_second: 1 } });
  // @ts-expect-error an option that belongs to the store
  await sender.endpoints.create({ url, revision: 1 });

  const found = await sender.endpoints.get(made.id);
  holds<[Same<typeof found, Endpoint>, Same<typeof found.headerNames, readonly string[]>]>();
  // @ts-expect-error only what made it shows it
  found.secret;
  // @ts-expect-error header values cannot be read
  found.headers;
  await sender.endpoints.update(
    made.id,
    { name: null, events: ['job.*'], url: undefined },
    { expectedRevision: 1 },
  );
  // @ts-expect-error a URL cannot be taken back
  await sender.endpoints.update(made.id, { url: null });
  // @ts-expect-error a tenant stays
  await sender.endpoints.update(made.id, { tenant: 'other' });
  // @ts-expect-error a secret is rotated, not set
  await sender.endpoints.update(made.id, { secret: 'x' });
  // @ts-expect-error a pattern of nothing
  await sender.endpoints.update(made.id, { events: ['invoice.*'] });
  const rotated = await sender.endpoints.rotateSecret(made.id, { overlapSeconds: 0 });
  holds<[Same<typeof rotated, EndpointWithSecret>]>();
  // @ts-expect-error the unit is part of the name
  await sender.endpoints.rotateSecret(made.id, { overlap: 0 });
  const stats = await sender.endpoints.stats(made.id);
  holds<[Same<typeof stats, EndpointStats>, Same<typeof stats.successRate, number | undefined>]>();
  const list = await sender.endpoints.list({ tenant: '*', limit: 5 });
  holds<[Same<typeof list, Page<Endpoint>>]>();
}

// ------------------------------------------------ deliveries
async function deliveries(): Promise<void> {
  const page = await sender.deliveries.list({ endpointId: 'wh_1', status: 'failed', cursor: undefined });
  holds<[Same<typeof page, Page<Delivery>>, Same<IsAny<(typeof page.data)[0]>, false>]>();
  const one = await sender.deliveries.get('dlv_1');
  holds<[Same<typeof one.attempts, readonly Attempt[]>, Same<typeof one.finishedAt, Date | undefined>]>();
  // @ts-expect-error a status that there is not
  await sender.deliveries.list({ status: 'lost' });
  const count = await sender.deliveries.recover({
    endpointId: 'wh_1',
    since: new Date(),
    statuses: ['skipped'],
  });
  holds<[Same<typeof count, number>]>();
  // @ts-expect-error what is delivered is not recovered
  await sender.deliveries.recover({ endpointId: 'wh_1', statuses: ['delivered'] });
  // @ts-expect-error of one endpoint
  await sender.deliveries.recover({ since: new Date() });
  // @ts-expect-error what is read is not changed
  one.status = 'delivered';
}

// ------------------------------------------------ outcomes and errors are told apart
createSender({
  store,
  onEvent(outcome) {
    holds<[Same<typeof outcome, SenderOutcome>, Same<IsAny<typeof outcome>, false>]>();
    if (outcome.kind === 'attempt') {
      holds<[Same<typeof outcome.outcome, 'delivered' | 'failed' | 'retry'>]>();
      holds<[Same<typeof outcome.nextInMs, number | undefined>]>();
    } else if (outcome.kind === 'notice') {
      holds<[Same<typeof outcome.code, NoticeCode | SenderErrorCode>, Same<typeof outcome.error, unknown>]>();
    } else {
      holds<[Same<typeof outcome.reason, 'gone' | 'failing'>]>();
    }
    // @ts-expect-error before it is known what it is
    outcome.attempt;
  },
});
const leave: () => void = sender.observe(() => {});
void leave;

function caught(error: unknown): void {
  if (!isSenderError(error)) return;
  holds<[Same<typeof error.code, SenderErrorCode>, Same<typeof error.field, string | undefined>]>();
  const isKnown: boolean = error.code === 'event_conflict';
  // @ts-expect-error a code that does not exist
  const isUnknown: boolean = error.code === 'conflict';
  void [isKnown, isUnknown];
}

// ------------------------------------------------ options
interface Configuration {
  readonly number?: number;
  readonly text?: string;
}

/** With `exactOptionalPropertyTypes`, whoever has `T | undefined` can pass what they have. */
function fromConfiguration({ number, text }: Configuration): void {
  const nothing = number === 1 ? undefined : undefined;
  createSender({
    store,
    provider: nothing,
    alsoSign: nothing,
    events: nothing,
    onEvent: nothing,
    retry: nothing,
    concurrency: number,
    slowConcurrency: number,
    endpointConcurrency: number,
    requestTimeoutMs: number,
    maxEventBytes: number,
    allowHttp: nothing,
    allowPrivateNetworks: nothing,
    allowedPorts: nothing,
    proxy: text,
    transport: nothing,
    queue: nothing,
    encryption: nothing,
    retentionDays: number,
    storeResponseBody: nothing,
    now: nothing,
    schedule: nothing,
    random: nothing,
  });
  memoryStore({ now: nothing });
  void sender.stop({ timeoutMs: number });
}

createSender({ store, transport, allowedPorts: [443, { from: 8000, to: 8010 }], retentionDays: false });
// @ts-expect-error there is no sender without a store
createSender({});
// @ts-expect-error a store is no file name
createSender({ store: 'webhooks.db' });
// @ts-expect-error misspelt
createSender({ store, requestTimeoutMS: 5 });
// @ts-expect-error the unit is part of the name
createSender({ store, requestTimeout: 5 });
// @ts-expect-error a provider is an object, not its name
createSender({ store, provider: 'stripe' });
// @ts-expect-error a schema is not a type
createSender({ store, events: { 'job.failed': String } });
// @ts-expect-error half a schedule
createSender({ store, retry: { maxAttempts: 3 } });
// @ts-expect-error one of three words
createSender({ store, storeResponseBody: true });
const options: SenderOptions<Inputs, never> = { store };
void [sends, transactions, open, endpoints, deliveries, caught, fromConfiguration, options];
