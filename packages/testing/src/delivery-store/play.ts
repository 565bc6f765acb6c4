import assert from 'node:assert/strict';
import type {
  DeliveryRecord,
  DeliveryStore,
  EndpointDraft,
  EndpointRecord,
  Lane,
  LaneReport,
  LaneState,
  NewDelivery,
  NewEvent,
  Settlement,
  StoredEvent,
} from '@countersign/sender';
import { defined } from './checks.js';
import type { DeliveryStoreCase, DeliveryStoreSubject } from './delivery-store-case.js';
import { digestOf } from './settlements.js';
import { LONG_MS } from './times.js';

/** What a lane starts with. */
export const CLEAN_STATE: LaneState = { failures: 0, successes: 0 };

/** What matters of a report. */
export type Report = Partial<Omit<LaneReport, 'state'>> & { readonly state?: Partial<LaneState> };

/** A case that plays on a store of its own. */
export const storeCase = (
  name: string,
  play: (play: Play) => Promise<void>,
  options: { readonly leaps?: boolean } = {},
): DeliveryStoreCase => ({
  name,
  leaps: options.leaps ?? false,
  run: (subject) => play(new Play(subject)),
});

/** What the cases do with a store: its calls, with what does not matter filled in. */
export class Play {
  readonly store: DeliveryStore;
  readonly #subject: DeliveryStoreSubject;
  #count = 0;

  constructor(subject: DeliveryStoreSubject) {
    this.#subject = subject;
    this.store = subject.store;
  }

  async advance(ms: number): Promise<void> {
    await this.#subject.advance(ms);
  }

  /** An id that nothing else in the case has. */
  id(kind: string): string {
    this.#count += 1;
    return `${kind}_${this.#count}`;
  }

  newEvent(fields: Partial<NewEvent> = {}): NewEvent {
    return {
      id: this.id('evt'),
      tenant: 'acme',
      type: 'job.done',
      data: '{"job_id":"j1"}',
      digest: digestOf('one content'),
      timestampMs: Date.UTC(2026, 0, 1),
      ...fields,
    };
  }

  draft(fields: Partial<EndpointDraft> = {}): EndpointDraft {
    return {
      id: this.id('ep'),
      tenant: 'acme',
      status: 'enabled',
      events: ['job.*'],
      secrets: [{ id: 's1', value: 'whsec_c2VjcmV0IG9mIDI0IGJ5dGVzIGxvbmch' }],
      settings: { url: 'https://receiver.example/hooks' },
      ...fields,
    };
  }

  async endpoint(fields: Partial<EndpointDraft> = {}): Promise<EndpointRecord> {
    return defined(await this.store.records.createEndpoint(this.draft(fields)), 'the endpoint created');
  }

  /** The endpoint once more, changed by somebody who has just read it. */
  async edit(id: string, fields: Partial<EndpointDraft>): Promise<EndpointRecord> {
    const record = defined(await this.store.records.endpoint('*', id), 'the endpoint');
    const edited = await this.store.records.replaceEndpoint(record.revision, { ...record, ...fields });
    return defined(edited, 'the edited endpoint');
  }

  async append(...events: readonly NewEvent[]): Promise<readonly boolean[]> {
    const result = await this.store.events.append(events);
    assert.equal(result.outcome, 'appended');
    return result.outcome === 'appended' ? result.isNew : [];
  }

  takeUnrouted(limit = 100, leaseMs = LONG_MS): Promise<readonly StoredEvent[]> {
    return this.store.events.takeUnrouted({ limit, leaseMs });
  }

  /** An event that has just been taken for routing. */
  async unrouted(fields: Partial<NewEvent> = {}): Promise<StoredEvent> {
    const event = this.newEvent(fields);
    await this.append(event);
    const taken = await this.takeUnrouted();
    return defined(
      taken.find(({ id, tenant }) => id === event.id && tenant === event.tenant),
      'the appended event, taken for routing,',
    );
  }

  newDelivery(endpointId: string, fields: Partial<NewDelivery> = {}): NewDelivery {
    return { id: this.id('dlv'), endpointId, status: 'pending', delayMs: 0, ...fields };
  }

  route(event: StoredEvent, deliveries: readonly NewDelivery[], isLast = true): Promise<void> {
    return this.store.events.route([{ event, deliveries, isLast }]);
  }

  /** The id of a new delivery at this endpoint. */
  async deliver(
    endpointId: string,
    event: Partial<NewEvent> = {},
    fields: Partial<NewDelivery> = {},
  ): Promise<string> {
    const delivery = this.newDelivery(endpointId, fields);
    await this.route(await this.unrouted(event), [delivery]);
    return delivery.id;
  }

  /** The ids of several deliveries, the oldest first. */
  async deliverMany(
    endpointId: string,
    count: number,
    event: Partial<NewEvent> = {},
  ): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let made = 0; made < count; made += 1) ids.push(await this.deliver(endpointId, event));
    return ids;
  }

  takeLanes(limit = 100, leaseMs = LONG_MS): Promise<readonly Lane[]> {
    return this.store.work.takeLanes({ limit, leaseMs });
  }

  /** The endpoint's lane, which somebody else may take as well where nobody holds it. */
  async tryLane(endpointId: string, leaseMs = LONG_MS): Promise<Lane | undefined> {
    const lanes = await this.store.work.takeLanes({ limit: 1, leaseMs, endpointIds: [endpointId] });
    return lanes[0];
  }

  async lane(endpointId: string, leaseMs = LONG_MS): Promise<Lane> {
    return defined(await this.tryLane(endpointId, leaseMs), 'the lane');
  }

  async dueIds(lane: Lane, limit = 100, except: readonly string[] = []): Promise<readonly string[]> {
    return (await this.store.work.due(lane, { limit, except })).map(({ id }) => id);
  }

  trySettle(lane: Lane, { state, ...report }: Report): Promise<boolean> {
    return this.store.work.settle(lane, {
      settlements: [],
      tallies: [],
      state: { ...CLEAN_STATE, ...state },
      release: false,
      ...report,
    });
  }

  async settle(lane: Lane, report: Report): Promise<void> {
    assert.equal(await this.trySettle(lane, report), true, 'the owner of a lane could not settle');
  }

  async release(lane: Lane): Promise<void> {
    await this.settle(lane, { release: true });
  }

  /** Takes the lane, settles, and lets go. */
  async work(endpointId: string, ...settlements: readonly Settlement[]): Promise<void> {
    await this.settle(await this.lane(endpointId), { settlements, release: true });
  }

  async delivery(id: string): Promise<DeliveryRecord> {
    return defined(await this.store.records.delivery('*', id), `the delivery ${id}`);
  }

  async statuses(...ids: readonly string[]): Promise<readonly string[]> {
    const records = await Promise.all(ids.map((id) => this.delivery(id)));
    return records.map(({ status }) => status);
  }
}
