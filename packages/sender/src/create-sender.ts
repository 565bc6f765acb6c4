import { type AttemptTools, attempt } from './attempt/attempt.js';
import { checkSignable } from './attempt/check-signable.js';
import { type Target, targetOf } from './attempt/target.js';
import { testEndpoint } from './attempt/test-endpoint.js';
import { deliveryBook } from './delivery/deliveries.js';
import { STATS_WINDOW_MS, statsOf } from './delivery/stats.js';
import { endpointBook, unknownEndpoint } from './endpoint/endpoints.js';
import { invalidInput } from './errors/invalid-input.js';
import { checkOptions } from './errors/names.js';
import { newEvent } from './event/new-event.js';
import { type Intake, sendMany, sendOne } from './event/send.js';
import { newId } from './ids/new-id.js';
import { givenId, scopeOf } from './ids/scope.js';
import { ExchangeSlots, ownerOf, type Slot } from './lane/exchange-slots.js';
import { OpenStore, senderStopped } from './open-store.js';
import type { DeliveryQueue } from './ports/delivery-queue.js';
import type { DeliveryStore, Records, WorkLedger } from './ports/delivery-store.js';
import type { EndpointRecord } from './ports/records.js';
import { routeAll } from './routing/route.js';
import type { Endpoints, Sender } from './sender.js';
import { type SenderOptions, type SenderSettings, senderSettings } from './sender-options.js';
import { Timeouts } from './time/timeouts.js';
import { Maintenance } from './worker/maintenance.js';
import { pollingQueue } from './worker/polling-queue.js';
import { Relay } from './worker/relay.js';
import { Worker } from './worker/worker.js';

const STOP_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1000;
const SEND_NAMES = ['transaction'];
const TEST_TYPE = 'webhook.test';
const TEST_DATA = { message: 'This is a test.' };

/**
 * A sender: endpoints that subscribe, events that are sent to them, and the record of what became of each.
 *
 * Throws a `ConfigurationError` for options that cannot be used. Nothing is opened before it is needed.
 *
 * @example
 * const sender = createSender({ store: sqliteStore({ path: 'webhooks.db' }) });
 * const { secret } = await sender.endpoints.create({ url: 'https://example.com/webhooks', events: ['invoice.*'] });
 * await sender.start();
 * await sender.send({ type: 'invoice.paid', data: { amount: 1200 } });
 */
export function createSender<Events = Record<string, unknown>, Transaction = never>(
  options: SenderOptions<Events, Transaction>,
): Sender<Events, Transaction> {
  const settings = senderSettings(options);
  const { reporter, clock } = settings;
  const store = new OpenStore(options.store);
  const queue = queueOf(options, settings);
  const tools = attemptTools(settings);
  const engine = createEngine(options.store, queue, settings, tools);
  const { worker, maintenance, slots } = engine;
  const records = async (): Promise<Records> => (await store.ready()).records;
  const intake: Intake<Transaction> = {
    rules: settings.eventRules,
    events: async () => (await store.ready()).events,
    queue,
    onWakeFailed: (error) => reporter.tellFailure('wake_failed', 'a wake-up was not passed on', error),
  };
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    await store.ready();
    if (!settings.targets.vault.encrypts) reporter.tell(clearNotice);
    worker.start();
    maintenance.start();
  };

  const stop = async (timeoutMs: number): Promise<void> => {
    await starting?.catch(() => {});
    await Promise.all([worker.stop(timeoutMs), maintenance.stop()]);
    await closed(settings);
    await store.close();
  };

  return {
    async send(event, ...[sendOptions]) {
      checkOptions(sendOptions, SEND_NAMES);
      return sendOne(event, intake, sendOptions?.transaction);
    },
    async sendMany(events, ...[sendOptions]) {
      checkOptions(sendOptions, SEND_NAMES);
      return sendMany(events, intake, sendOptions?.transaction);
    },
    endpoints: endpointsOf<Events>(settings, records, tools, engine, () => stopping !== undefined),
    deliveries: deliveryBook({ records, intake, clock, onRequeued: (id) => worker.onRouted([[id, 0]]) }),
    async start() {
      if (stopping !== undefined) throw senderStopped();
      starting ??= start().catch((error: unknown) => {
        starting = undefined;
        throw error;
      });
      await starting;
    },
    async stop(stopOptions) {
      checkOptions(stopOptions, ['timeoutMs']);
      const { timeoutMs = STOP_TIMEOUT_MS } = stopOptions ?? {};
      if (!Number.isFinite(timeoutMs) || timeoutMs < 0)
        throw invalidInput('timeoutMs', 'a finite number >= 0', timeoutMs);
      stopping ??= stop(timeoutMs);
      await stopping;
    },
    observe(hook) {
      if (typeof hook !== 'function') throw invalidInput('hook', 'a function', hook);
      return reporter.observe(hook);
    },
    async totals() {
      return { ...(await (await records()).totals()), inFlight: slots.inFlight, lanes: worker.lanes };
    },
  };
}

/** Closes the transport; one that does not end is left to itself. */
async function closed({ transport, clock, reporter }: SenderSettings): Promise<void> {
  let cancel = (): void => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.schedule(resolve, CLOSE_TIMEOUT_MS);
  });
  // It may also throw, or return no promise.
  const closing = (async () => transport.close())().catch((error: unknown) => {
    reporter.tellFailure('internal_error', 'the transport could not be closed', error);
  });
  await Promise.race([closing, late]);
  cancel();
}

/** The default queue looks at the record itself; behind one that is given, a relay does. */
function queueOf<Transaction>(
  { store, queue }: Pick<SenderOptions<never, Transaction>, 'store' | 'queue'>,
  { clock, reporter }: SenderSettings,
): DeliveryQueue<Transaction> {
  const outlook: WorkLedger['outlook'] = (limits) => store.work.outlook(limits);
  if (queue !== undefined) return new Relay({ queue: rejecting(queue), outlook, clock, reporter });
  return pollingQueue({
    outlook,
    clock,
    onError: (error) => reporter.tellFailure('internal_error', 'the record cannot be reached', error),
    shared: store.shared,
  });
}

/** A queue of somebody's own may throw where it should reject: no call fails for a wake-up that was not passed on. */
function rejecting<Transaction>(queue: DeliveryQueue<Transaction>): DeliveryQueue<Transaction> {
  return {
    wake: async (work, transaction) => queue.wake(work, transaction),
    consume: async (onWake, limits) => queue.consume(onWake, limits),
  };
}

const clearNotice = {
  kind: 'notice',
  code: 'secrets_stored_in_clear',
  message: 'secrets and header values are stored as they are: `encryption` seals them',
} as const;

function attemptTools(settings: SenderSettings): AttemptTools {
  const { wire, transport, requestTimeoutMs, clock, storeResponseBody } = settings;
  return {
    wire,
    transport,
    allowsAddress: settings.endpointRules.urlPolicy.allowsAddress,
    timeouts: new Timeouts(requestTimeoutMs, clock),
    clock,
    storeResponseBody,
  };
}

/** What works the record. */
interface Engine {
  readonly worker: Worker;
  readonly maintenance: Maintenance;
  readonly slots: ExchangeSlots;
  /** Makes an endpoint ready for attempts. */
  readonly prepare: (record: EndpointRecord) => Target;
}

function createEngine<Transaction>(
  store: DeliveryStore<Transaction>,
  queue: DeliveryQueue<Transaction>,
  settings: SenderSettings,
  tools: AttemptTools,
): Engine {
  const { clock, reporter, random, firstDelayMs, retentionMs } = settings;
  const slots = new ExchangeSlots(settings.slots, clock);
  const maintenance = new Maintenance({ store, retentionMs, clock, reporter });
  const prepare = (record: EndpointRecord): Target => targetOf(record, settings.targets, clock.now());
  const worker: Worker = new Worker({
    ledger: store.work,
    queue,
    route: (goesOn) =>
      routeAll({ store, firstDelayMs, onRouted: (delaysMs) => worker.onRouted(delaysMs) }, goesOn),
    lane: {
      ledger: store.work,
      slots,
      attempt: (order, target) => attempt(order, target, tools),
      targetOf: prepare,
      clock,
      random,
      reporter,
    },
    laneConcurrency: settings.slots.concurrency + settings.slots.slowConcurrency,
    reporter,
    clock,
    onDisabled: () => maintenance.skipSoon(),
  });
  return { worker, maintenance, slots, prepare };
}

function endpointsOf<Events>(
  settings: SenderSettings,
  records: () => Promise<Records>,
  tools: AttemptTools,
  { prepare, worker, slots }: Engine,
  isStopping: () => boolean,
): Endpoints<Events> {
  const { endpointRules, eventRules, wire, clock } = settings;
  return {
    ...endpointBook<Events>({
      records,
      rules: endpointRules,
      checkSignable: (draft) => checkSignable(draft, prepare, wire, new Date(clock.now())),
      onChange: (id, record) => worker.onChange(id, record),
    }),
    async test(id, testOptions) {
      const record = await (await records()).endpoint(
        scopeOf(testOptions, ['type', 'data']),
        givenId('id', id),
      );
      if (record === undefined) throw unknownEndpoint();
      const { type = TEST_TYPE, data = TEST_DATA } = testOptions ?? {};
      const event = await newEvent({ id: newId('test'), type, data }, { ...eventRules, schemas: undefined });
      const slot = await new Promise<Slot>((resolve) => slots.wait(ownerOf(record), resolve));
      try {
        if (isStopping()) throw senderStopped();
        return await testEndpoint(event, record, prepare, tools);
      } finally {
        slot.release();
      }
    },
    async stats(id, tenantOption) {
      const found = await (await records()).endpointTotals(scopeOf(tenantOption), givenId('id', id), {
        windowMs: STATS_WINDOW_MS,
      });
      if (found === undefined) throw unknownEndpoint();
      return statsOf(found);
    },
  };
}
