import { newId } from '../ids/new-id.js';
import type {
  DeliveryStore,
  NewDelivery,
  Routing,
  StoredEvent,
  Subscriber,
} from '../ports/delivery-store.js';
import { matchesFilters } from './matches.js';
import { patternsOf } from './patterns.js';

const EVENTS_AT_ONCE = 64;
const SUBSCRIBERS_AT_ONCE = 500;
const DELIVERIES_AT_ONCE = 500;
const LEASE_MS = 15_000;

/** What events are routed with. */
export interface RoutingTools {
  readonly store: Pick<DeliveryStore<unknown>, 'events' | 'records'>;
  /** Until a delivery's first attempt, where its endpoint has no schedule of its own. */
  readonly firstDelayMs: number;
  /** Told which endpoints have something new to do. */
  readonly onRouted: (endpointIds: ReadonlySet<string>) => void;
}

/** Turns events into deliveries until none is left; `false` from `goesOn` ends it early. */
export async function routeAll(tools: RoutingTools, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const events = await tools.store.events.takeUnrouted({ limit: EVENTS_AT_ONCE, leaseMs: LEASE_MS });
    if (events.length === 0) return;
    await routeEvents(events, tools);
  }
}

async function routeEvents(events: readonly StoredEvent[], tools: RoutingTools): Promise<void> {
  const batch = new RoutingBatch(tools);
  // Events of one kind have the same subscribers: these are read once.
  for (const group of kindsOf(events)) {
    const [first] = group;
    const read = first.endpointId === undefined ? subscribersOf(first, tools) : named(first, tools);
    let previous: readonly Subscriber[] | undefined;
    for await (const page of read) {
      if (previous !== undefined) await batch.addPage(group, previous, false);
      previous = page;
    }
    await batch.addPage(group, previous ?? [], true);
  }
  await batch.write();
}

type Group = readonly [StoredEvent, ...StoredEvent[]];

function kindsOf(events: readonly StoredEvent[]): Iterable<Group> {
  const groups = new Map<string, [StoredEvent, ...StoredEvent[]]>();
  for (const event of events) {
    const kind = kindOf(event);
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [event]);
    else group.push(event);
  }
  return groups.values();
}

function kindOf({ tenant, type, endpointId, key }: StoredEvent): string {
  return endpointId === undefined ? `${tenant}\n${type}` : key;
}

async function* subscribersOf(
  { tenant, type }: StoredEvent,
  { store }: RoutingTools,
): AsyncGenerator<readonly Subscriber[]> {
  const patterns = patternsOf(type);
  let cursor: string | undefined;
  do {
    const page = await store.events.subscribers({ tenant, patterns, limit: SUBSCRIBERS_AT_ONCE, cursor });
    yield page.data;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** The one endpoint that an event is for, if it is still there. Filters do not concern it. */
async function* named(
  { tenant, endpointId = '' }: StoredEvent,
  { store }: RoutingTools,
): AsyncGenerator<readonly Subscriber[]> {
  const record = await store.records.endpoint(tenant, endpointId);
  yield record === undefined
    ? []
    : [{ endpointId, status: record.status, firstDelayMs: record.firstDelayMs }];
}

/** Deliveries that are written together, in steps that are never large. */
class RoutingBatch {
  readonly #tools: RoutingTools;
  #routings: Routing[] = [];
  #count = 0;

  constructor(tools: RoutingTools) {
    this.#tools = tools;
  }

  async addPage(
    events: readonly StoredEvent[],
    subscribers: readonly Subscriber[],
    isLast: boolean,
  ): Promise<void> {
    for (const event of events) {
      const deliveries = deliveriesOf(event, subscribers, this.#tools.firstDelayMs);
      this.#routings.push({ event, deliveries, isLast });
      this.#count += deliveries.length;
      if (this.#count >= DELIVERIES_AT_ONCE) await this.write();
    }
  }

  async write(): Promise<void> {
    const routings = this.#routings;
    if (routings.length === 0) return;
    this.#routings = [];
    this.#count = 0;
    await this.#tools.store.events.route(routings);
    const deliveries = routings.flatMap((routing) => routing.deliveries);
    const pending = deliveries.filter(({ status }) => status === 'pending');
    this.#tools.onRouted(new Set(pending.map(({ endpointId }) => endpointId)));
  }
}

function deliveriesOf(
  event: StoredEvent,
  subscribers: readonly Subscriber[],
  delayMs: number,
): readonly NewDelivery[] {
  let data: unknown;
  const matching = subscribers.filter(({ filters }) => {
    if (filters === undefined) return true;
    data ??= JSON.parse(event.data);
    return matchesFilters(filters, data);
  });
  return matching.map(({ endpointId, status, firstDelayMs }) => ({
    id: newId('dlv'),
    endpointId,
    status: status === 'enabled' ? 'pending' : 'skipped',
    delayMs: firstDelayMs ?? delayMs,
  }));
}
