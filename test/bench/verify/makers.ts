import { generateSecret, standardWebhooks } from '@countersign/core';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { jsonBody } from '../json-body.js';
import type { DeliveryMaker } from './deliveries.js';

const secret = generateSecret();
const timestamp = new Date().toISOString();

/** Deliveries of `size` bytes for each provider that is measured. */
export const makers = {
  standardWebhooks: (size: number): DeliveryMaker => ({
    provider: standardWebhooks,
    secret,
    body: () => jsonBody(size, (data) => ({ type: 'invoice.paid', timestamp, data })),
  }),
  stripe: (size: number): DeliveryMaker => ({
    provider: stripe,
    secret,
    body: (id) =>
      jsonBody(size, (object) => ({
        id,
        object: 'event',
        created: Math.floor(Date.now() / 1000),
        data: { object },
        type: 'invoice.paid',
      })),
  }),
  github: (size: number): DeliveryMaker => ({
    provider: github,
    secret,
    headers: { 'x-github-event': 'push', 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' },
    body: () => jsonBody(size, (data) => ({ ref: 'refs/heads/main', data })),
  }),
  deliveryFlow: (size: number): DeliveryMaker => ({
    provider: deliveryFlow,
    secret,
    body: (id) => jsonBody(size, (data) => ({ id, event: 'model.created', timestamp, data })),
  }),
  ragEngine: (size: number): DeliveryMaker => ({
    provider: ragEngine,
    secret,
    body: () => jsonBody(size, (data) => ({ event: 'document.indexed', timestamp, data })),
  }),
};
