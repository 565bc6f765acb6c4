import { newId } from '../ids/new-id.js';
import type { DeliveryStore } from '../ports/delivery-store.js';
import type { NewDelivery, Page, Routing, StoredEvent, Subscriber } from '../ports/records.js';
import { matchesFilters } from './matches.js';
import { patternsOf } from './patterns.js';

const EVENTS_AT_ONCE = 256;
const SUBSCRIBERS_AT_ONCE = 500;
/** Events whose subscribers are looked up together. */
const LOOKED_UP_AT_ONCE = 64;
const DELIVERIES_AT_ONCE = 500;
const LEASE_MS = 15_000;
const EMPTY: Page<Subscriber> = { data: [], nextCursor: undefined };

/** What events are routed with. */
export interface RoutingTools {
  readonly store: Pick<DeliveryStore<unknown>, 'events' | 'records'>;
  /** Until a delivery's first attempt, where its endpoint has no schedule of its own. */
  readonly firstDelayMs: number;
  /** Told which endpoints have something new to do, and in how many milliseconds. */
  readonly onRouted: (delaysMs: ReadonlyMap<string, number>) => void;
}

/** Turns events into deliveries until none is left; `false` from `goesOn` ends it early. */
export async function routeAll(tools: RoutingTools, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const events = await tools.store.events.takeUnrouted({ limit: EVENTS_AT_ONCE, leaseMs: LEASE_MS });
    if (events.length === 0) return;
    await routeEvents(events, tools);
  }
}

/** In their order, so that events of one ordering key never overtake each other. */
async function routeEvents(events: readonly StoredEvent[], tools: RoutingTools): Promise<void> {
  const batch = new RoutingBatch(tools);
  const subscribers = new SubscriberPages(tools);
  for (let from = 0; from < events.length; from += LOOKED_UP_AT_ONCE) {
    const some = events.slice(from, from + LOOKED_UP_AT_ONCE);
    const firstPages = await Promise.all(some.map((event) => subscribers.first(event)));
    for (const [index, event] of some.entries()) {
      let page = firstPages[index] ?? EMPTY;
      await batch.add(event, page);
      while (page.nextCursor !== undefined) {
        page = await subscribers.read(event, page.nextCursor);
        await batch.add(event, page);
      }
    }
  }
  await batch.write();
}

/** Who subscribes, page by page. Events that are routed together and are of one kind share the first page. */
class SubscriberPages {
  readonly #tools: RoutingTools;
  readonly #firstPages = new Map<string, Promise<Page<Subscriber>>>();

  constructor(tools: RoutingTools) {
    this.#tools = tools;
  }

  first(event: StoredEvent): Promise<Page<Subscriber>> {
    if (event.endpointId !== undefined) return this.#named(event, event.endpointId);
    const kind = `${event.tenant}\n${event.type}`;
    const known = this.#firstPages.get(kind);
    if (known !== undefined) return known;
    const page = this.read(event);
    this.#firstPages.set(kind, page);
    return page;
  }

  read({ tenant, type }: StoredEvent, cursor?: string): Promise<Page<Subscriber>> {
    const query = { tenant, patterns: patternsOf(type), limit: SUBSCRIBERS_AT_ONCE, cursor };
    return this.#tools.store.events.subscribers(query);
  }

  /** The one endpoint that an event is for, if it is still there. Filters do not concern it. */
  async #named({ tenant }: StoredEvent, endpointId: string): Promise<Page<Subscriber>> {
    const record = await this.#tools.store.records.endpoint(tenant, endpointId);
    if (record === undefined) return EMPTY;
    const { status, firstDelayMs } = record;
    return { data: [{ endpointId, status, firstDelayMs }], nextCursor: undefined };
  }
}

/** Deliveries that are written together, in steps that are never large. */
class RoutingBatch {
  readonly #tools: RoutingTools;
  #routings: Routing[] = [];
  #count = 0;

  constructor(tools: RoutingTools) {
    this.#tools = tools;
  }

  async add(event: StoredEvent, { data, nextCursor }: Page<Subscriber>): Promise<void> {
    const deliveries = deliveriesOf(event, data, this.#tools.firstDelayMs);
    this.#routings.push({ event, deliveries, isLast: nextCursor === undefined });
    this.#count += deliveries.length;
    if (this.#count >= DELIVERIES_AT_ONCE) await this.write();
  }

  async write(): Promise<void> {
    const routings = this.#routings;
    if (routings.length === 0) return;
    this.#routings = [];
    this.#count = 0;
    await this.#tools.store.events.route(routings);
    this.#tools.onRouted(delaysOf(routings.flatMap((routing) => routing.deliveries)));
  }
}

/** Of the endpoints with something pending, each once. */
function delaysOf(deliveries: readonly NewDelivery[]): ReadonlyMap<string, number> {
  const delaysMs = new Map<string, number>();
  for (const { endpointId, status, delayMs } of deliveries) {
    if (status === 'pending')
      delaysMs.set(endpointId, Math.min(delayMs, delaysMs.get(endpointId) ?? delayMs));
  }
  return delaysMs;
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
