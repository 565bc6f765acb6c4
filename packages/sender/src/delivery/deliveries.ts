import { JsonText } from '@countersign/core';
import { unknownEndpoint } from '../endpoint/endpoints.js';
import { invalidInput } from '../errors/invalid-input.js';
import { SenderError } from '../errors/sender-error.js';
import { newEvent } from '../event/new-event.js';
import { append, type Intake, type SentEvent } from '../event/send.js';
import {
  checkedLimit,
  givenId,
  LIST_NAMES,
  type ListOptions,
  scopeOf,
  type TenantOption,
} from '../ids/scope.js';
import type { Records } from '../ports/delivery-store.js';
import type {
  DeliveryRecord,
  DeliveryStatus,
  EndpointRecord,
  Page,
  RequeueQuery,
  TenantScope,
} from '../ports/records.js';
import type { Clock } from '../time/clock.js';
import { attemptView, type Delivery, type DeliveryWithAttempts, deliveryView } from './delivery.js';

const REQUEUED_AT_ONCE = 500;
const STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'skipped'];

/** Which deliveries are listed, newest first. */
export interface DeliveryListOptions extends ListOptions {
  readonly endpointId?: string | undefined;
  readonly eventId?: string | undefined;
  /** Without `endpointId` or `eventId` it must be `failed` or `skipped`. */
  readonly status?: DeliveryStatus | undefined;
}

/** Whose deliveries are tried again. */
export interface RecoverOptions extends TenantOption {
  readonly endpointId: string;
  /** Created at this time or later. Default: all that retention has kept. */
  readonly since?: Date | undefined;
  /** Default both. */
  readonly statuses?: readonly ('failed' | 'skipped')[] | undefined;
}

/** What people do with deliveries. What is not there within the tenant is `unknown_delivery`. */
export interface DeliveryBook {
  get(id: string, options?: TenantOption): Promise<DeliveryWithAttempts>;
  list(options?: DeliveryListOptions): Promise<Page<Delivery>>;
  /**
   * Tries one delivery again at once, with the whole retry schedule before it. Its event keeps its id, so a receiver
   * that has processed it answers `duplicate`. Rejects with `already_delivered`.
   */
  retry(id: string, options?: TenantOption): Promise<Delivery>;
  /** Tries an endpoint's failed and skipped deliveries again, oldest first; how many there are. */
  recover(options: RecoverOptions): Promise<number>;
  /** Sends a delivery's event to its endpoint again as a new event, with an id and a time of its own. */
  resend(id: string, options?: TenantOption): Promise<SentEvent>;
}

/** What the book is kept with. */
export interface DeliveryBookTools<Transaction> {
  readonly records: () => Promise<Records>;
  /** How events are taken in; a repeated one is not checked against schemas that may have changed. */
  readonly intake: Intake<Transaction>;
  /** Told which endpoint has something to do again. */
  readonly onRequeued: (endpointId: string) => void;
  readonly clock: Clock;
}

/** The management of deliveries. */
export function deliveryBook<Transaction>(tools: DeliveryBookTools<Transaction>): DeliveryBook {
  const find = async (id: string, options: TenantOption | undefined): Promise<DeliveryRecord> => {
    const scope = scopeOf(options);
    const record = await (await tools.records()).delivery(scope, givenId('id', id));
    if (record === undefined) throw unknownDelivery();
    return record;
  };

  const enabledEndpoint = async (scope: TenantScope, id: string): Promise<EndpointRecord> => {
    const record = await (await tools.records()).endpoint(scope, id);
    if (record === undefined) throw unknownEndpoint();
    if (record.status === 'enabled') return record;
    throw new SenderError('endpoint_disabled', 'the endpoint is disabled: enable it first');
  };

  const requeueAll = async (tenant: string, query: Omit<RequeueQuery, 'limit'>): Promise<number> => {
    const records = await tools.records();
    const startedMs = tools.clock.steadyNow();
    let count = 0;
    let step: number;
    do {
      const finishedForMs = Math.ceil(tools.clock.steadyNow() - startedMs);
      step = await records.requeue(tenant, { ...query, finishedForMs, limit: REQUEUED_AT_ONCE });
      count += step;
    } while (step === REQUEUED_AT_ONCE);
    if (count > 0) tools.onRequeued(query.endpointId);
    return count;
  };

  return {
    async get(id, options) {
      const record = await find(id, options);
      const attempts = await (await tools.records()).attempts(record.tenant, id);
      return { ...deliveryView(record), attempts: attempts.map(attemptView) };
    },
    async list(options = {}) {
      const scope = scopeOf(options, [...LIST_NAMES, 'endpointId', 'eventId', 'status']);
      const { endpointId, eventId, cursor } = options;
      if (endpointId !== undefined) givenId('endpointId', endpointId);
      if (eventId !== undefined) givenId('eventId', eventId);
      const status = checkedStatus(options);
      const query = { endpointId, eventId, status, cursor, limit: checkedLimit(options.limit) };
      const { data, nextCursor } = await (await tools.records()).deliveries(scope, query);
      return { data: data.map(deliveryView), nextCursor };
    },
    async retry(id, options) {
      const { endpointId, tenant } = await find(id, options);
      await enabledEndpoint(tenant, endpointId);
      const count = await (await tools.records()).requeue(tenant, {
        endpointId,
        deliveryIds: [id],
        statuses: ['failed', 'skipped', 'pending'],
        limit: 1,
      });
      if (count > 0) tools.onRequeued(endpointId);
      const after = await find(id, options);
      if (count === 0 && after.status === 'delivered') {
        throw new SenderError(
          'already_delivered',
          'the delivery has succeeded: `resend` sends its event as a new one',
        );
      }
      return deliveryView(after);
    },
    async recover(options) {
      if (options === undefined) throw invalidInput('options', 'an object with `endpointId`', options);
      const scope = scopeOf(options, ['endpointId', 'since', 'statuses']);
      const { endpointId } = options;
      const statuses = checkedStatuses(options.statuses ?? ['failed', 'skipped']);
      const createdWithinMs = ageOf(options.since, tools.clock.now());
      const { tenant } = await enabledEndpoint(scope, givenId('endpointId', endpointId));
      return requeueAll(tenant, { endpointId, statuses, createdWithinMs });
    },
    async resend(id, options) {
      const records = await tools.records();
      const { endpointId, tenant } = await find(id, options);
      await enabledEndpoint(tenant, endpointId);
      const event = await records.eventOf(tenant, id);
      if (event === undefined) throw unknownDelivery();
      const { type, orderingKey } = event;
      const rules = { ...tools.intake.rules, schemas: undefined };
      const again = { type, data: new JsonText(event.data), orderingKey };
      const copy = await newEvent(again, rules, endpointId);
      const [sent] = await append([{ ...copy, tenant }], tools.intake);
      return sent ?? { id: copy.id, isNew: true };
    },
  };
}

function checkedStatus({ status, endpointId, eventId }: DeliveryListOptions): DeliveryStatus | undefined {
  if (status !== undefined && !STATUSES.includes(status)) {
    throw invalidInput('status', STATUSES.map((one) => `'${one}'`).join(' or '), status);
  }
  if (endpointId !== undefined || eventId !== undefined || status === 'failed' || status === 'skipped')
    return status;
  throw invalidInput(
    'status',
    "'failed' or 'skipped' where neither `endpointId` nor `eventId` is given",
    status,
  );
}

function checkedStatuses(statuses: readonly ('failed' | 'skipped')[]): readonly ('failed' | 'skipped')[] {
  const isList = Array.isArray(statuses) && statuses.length > 0;
  if (isList && statuses.every((status) => status === 'failed' || status === 'skipped')) return statuses;
  throw invalidInput('statuses', "a list of 'failed' and 'skipped'", statuses);
}

function ageOf(since: unknown, nowMs: number): number | undefined {
  if (since === undefined) return undefined;
  if (since instanceof Date && !Number.isNaN(since.getTime())) return Math.max(0, nowMs - since.getTime());
  throw invalidInput('since', 'a valid Date', since);
}

/** The same words for what does not exist and for what belongs to others. */
function unknownDelivery(): SenderError {
  return new SenderError('unknown_delivery', 'there is no such delivery');
}
