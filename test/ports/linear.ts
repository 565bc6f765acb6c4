import { hmacScheme, jsonEnvelope, type Provider } from '@countersign/core';
import { isJsonObject, parseJsonBody } from '@countersign/core/strict';

/** Linear: the time of the attempt stands in the signed body, as do all facts; 60 s of tolerance. */
export const linear: Provider = {
  name: 'linear',
  toleranceSeconds: 60,
  scheme: {
    ...hmacScheme({
      name: 'linear',
      content: '{body}',
      signature: { header: 'linear-signature', encoding: 'hex' },
    }),
    // The body differs from attempt to attempt by its time alone: without it, a retry is the same delivery.
    identity({ body }) {
      const json = parseJsonBody(body);
      return [JSON.stringify(isJsonObject(json) ? { ...json, webhookTimestamp: undefined } : json)];
    },
  },
  envelope: jsonEnvelope({
    fields: {
      type: { body: 'type' },
      timestamp: { body: 'createdAt', time: 'iso' },
      sentAt: { body: 'webhookTimestamp', time: 'milliseconds' },
    },
    data: 'data',
    members: (event, delivery) => ({
      type: event.type,
      createdAt: event.timestamp.toISOString(),
      data: event.data,
      webhookTimestamp: (delivery.sentAt ?? event.timestamp).getTime(),
      webhookId: delivery.endpointId,
    }),
  }),
};
