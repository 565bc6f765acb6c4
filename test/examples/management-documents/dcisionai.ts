import type { Document } from './step.js';

const webhook = {
  id: 'wh_1234567890',
  name: 'Production Webhook',
  description: 'Webhook for production environment',
  url: 'https://api.example.com/webhooks/dcisionai',
  events: ['project.created', 'model.trained', 'prediction.completed'],
  created_at: '2023-01-01T00:00:00Z',
  last_delivery_at: null,
  status: 'active',
};

const lastDelivery = 'it is one of the numbers at `/webhooks/:id/stats`: `last_delivered_at`';

/** Document 001. */
export const dcisionai: Document = {
  title: 'DcisionAI',
  base: '',
  receiver: 'https://api.example.com',
  requests: ['Every request needs `Authorization: Bearer <key>`.'],
  steps: [
    {
      heading: 'Creating a Webhook',
      request: `POST /webhooks
Content-Type: application/json

{
  "name": "Production Webhook",
  "description": "Webhook for production environment",
  "url": "https://api.example.com/webhooks/dcisionai",
  "events": [
    "project.created",
    "model.trained",
    "prediction.completed"
  ],
  "secret": "webhook_secret_1234567890"
}`,
      answer: { data: { ...webhook, secret: 'webhook_secret_1234567890' } },
      differences: {
        'data.last_delivery_at': [undefined, lastDelivery],
        'data.status': ['data.active', '`true` or `false`'],
      },
    },
    {
      heading: 'Listing Webhooks',
      request: 'GET /webhooks',
      answer: { data: [webhook] },
      differences: {
        'data[].last_delivery_at': [undefined, lastDelivery],
        'data[].status': ['data[].active', '`true` or `false`'],
      },
    },
    { heading: 'Retrieving a Webhook', request: 'GET /webhooks/wh_1234567890' },
    {
      heading: 'Updating a Webhook',
      request: `PUT /webhooks/wh_1234567890
Content-Type: application/json

{
  "name": "Updated Webhook",
  "description": "Updated description",
  "url": "https://api.example.com/webhooks/dcisionai/updated",
  "events": [
    "project.created",
    "model.trained",
    "prediction.completed",
    "dataset.processed"
  ]
}`,
    },
    { heading: 'Deleting a Webhook', request: 'DELETE /webhooks/wh_1234567890' },
  ],
};
