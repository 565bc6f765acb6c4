import type { DeliveryWithAttempts } from '@countersign/sender';
import { unknownDelivery } from '../request/path-ids.js';
import { components, strictObject, text } from '../schemas/components.js';
import {
  deliveryAnswer,
  deliveryPage,
  deliveryStatus,
  deliveryWithAttemptsAnswer,
  recoveredAnswer,
  recovery,
} from '../schemas/delivery.js';
import { sentEventAnswer } from '../schemas/event.js';
import { pageQuery } from '../schemas/page-query.js';
import { wireAttempt, wireDelivery } from '../wire/delivery.js';
import { wireSentEvent } from '../wire/event.js';
import { type Call, defineRoute, nothing, type Route, scopeOf } from './route.js';

const list = defineRoute({
  ...nothing,
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  operationId: 'listDeliveries',
  tag: 'deliveries',
  summary: 'Lists deliveries of an endpoint, the newest first',
  access: 'endpoints:read',
  query: strictObject({
    ...pageQuery,
    status: deliveryStatus.optional().register(components, { description: 'Those alone.' }),
    event_id: text(128, 1).optional().register(components, { description: 'Those of this event.' }),
  }),
  answer: { status: 200, description: 'A page of deliveries.', schema: deliveryPage },
  problems: ['unknown_endpoint', 'invalid_cursor'],
  async handle(call) {
    const { sender, id, query } = call;
    const { event_id: eventId, ...rest } = query;
    const found = await sender.deliveries.list({ ...scopeOf(call), ...rest, endpointId: id, eventId });
    // A deleted endpoint's deliveries are still there; where there are none, it must be.
    if (found.data.length === 0) await sender.endpoints.get(id, scopeOf(call));
    return { content: { data: found.data.map(wireDelivery), next_cursor: found.nextCursor ?? null } };
  },
});

const get = defineRoute({
  ...nothing,
  method: 'get',
  path: '/webhooks/{id}/deliveries/{deliveryId}',
  operationId: 'getDelivery',
  tag: 'deliveries',
  summary: 'Reads a delivery with its attempts',
  access: 'endpoints:read',
  answer: { status: 200, description: 'The delivery.', schema: deliveryWithAttemptsAnswer },
  problems: ['unknown_delivery'],
  async handle(call) {
    const delivery = await ofEndpoint(call);
    return { content: { data: { ...wireDelivery(delivery), attempts: delivery.attempts.map(wireAttempt) } } };
  },
});

const retry = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks/{id}/deliveries/{deliveryId}/retry',
  operationId: 'retryDelivery',
  tag: 'deliveries',
  summary: 'Tries a delivery again at once',
  description:
    'With the whole retry schedule before it. Its event keeps its id, so a receiver that has processed it knows it again.',
  access: 'endpoints:write',
  answer: { status: 202, description: 'The delivery, pending again.', schema: deliveryAnswer },
  problems: ['unknown_endpoint', 'unknown_delivery', 'endpoint_disabled', 'already_delivered'],
  async handle(call) {
    const { id } = await ofEndpoint(call);
    return { content: { data: wireDelivery(await call.sender.deliveries.retry(id, scopeOf(call))) } };
  },
});

const resend = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks/{id}/deliveries/{deliveryId}/resend',
  operationId: 'resendDelivery',
  tag: 'deliveries',
  summary: "Sends a delivery's event to its endpoint again",
  description: 'As a new event, with an id and a time of its own.',
  access: 'endpoints:write',
  answer: { status: 202, description: 'The new event.', schema: sentEventAnswer },
  problems: ['unknown_endpoint', 'unknown_delivery', 'endpoint_disabled', 'event_too_large'],
  async handle(call) {
    const { id } = await ofEndpoint(call);
    return { content: { data: wireSentEvent(await call.sender.deliveries.resend(id, scopeOf(call))) } };
  },
});

const recover = defineRoute({
  ...nothing,
  method: 'post',
  path: '/webhooks/{id}/recover',
  operationId: 'recoverDeliveries',
  tag: 'deliveries',
  summary: "Tries an endpoint's failed and skipped deliveries again",
  description: 'The oldest first, each as `retry` does.',
  access: 'endpoints:write',
  body: recovery,
  answer: { status: 202, description: 'How many there are.', schema: recoveredAnswer },
  problems: ['unknown_endpoint', 'endpoint_disabled'],
  async handle(call) {
    const { since, statuses } = call.body;
    const count = await call.sender.deliveries.recover({
      ...scopeOf(call),
      endpointId: call.id,
      since: since === undefined ? undefined : new Date(since),
      statuses,
    });
    return { content: { data: { recovered: count } } };
  },
});

/** What is known of deliveries, and done with them. */
export const deliveryRoutes: readonly Route[] = [list, get, retry, resend, recover];

/** The delivery of the path, which must be one of the endpoint of the path. */
async function ofEndpoint(call: Call<unknown, unknown>): Promise<DeliveryWithAttempts> {
  const delivery = await call.sender.deliveries.get(call.deliveryId, scopeOf(call));
  if (delivery.endpointId === call.id) return delivery;
  throw unknownDelivery();
}
