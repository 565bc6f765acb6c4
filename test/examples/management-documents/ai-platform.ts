import type { Document } from './step.js';

/** Document 002. */
export const aiPlatform: Document = {
  title: 'AI Platform',
  base: 'https://api.aiplatform.io/v1',
  receiver: 'https://example.com',
  requests: [],
  steps: [
    {
      heading: 'Register Webhook',
      request: `curl -X POST https://api.aiplatform.io/v1/webhooks \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "url": "https://example.com/webhook",
    "events": [
      "optimization.completed",
      "vision.completed",
      "training.completed"
    ],
    "secret": "your-webhook-secret"
  }'`,
      answer: {
        webhook_id: 'wh_550e8400e29b41d4',
        url: 'https://example.com/webhook',
        events: ['optimization.completed', 'vision.completed'],
        status: 'active',
        created_at: '2024-01-15T10:30:00Z',
      },
      differences: {
        webhook_id: ['data.id', 'what is answered stands in `data`'],
        url: ['data.url', 'what is answered stands in `data`'],
        events: ['data.events', 'all that were asked for'],
        status: ['data.active', '`true` or `false`'],
        created_at: ['data.created_at', 'what is answered stands in `data`'],
      },
    },
    {
      heading: 'List Webhooks',
      request: `curl -H "Authorization: Bearer YOUR_API_KEY" \\
     https://api.aiplatform.io/v1/webhooks`,
    },
    {
      heading: 'Update Webhook',
      request: `curl -X PUT https://api.aiplatform.io/v1/webhooks/wh_550e8400e29b41d4 \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "url": "https://example.com/new-webhook",
    "events": ["optimization.completed", "vision.completed", "training.started"]
  }'`,
    },
    {
      heading: 'Manual Test',
      request: `curl -X POST https://api.aiplatform.io/v1/webhooks/wh_550e8400e29b41d4/test \\
  -H "Authorization: Bearer YOUR_API_KEY"`,
    },
    {
      heading: 'View Webhook Deliveries',
      request: `curl -H "Authorization: Bearer YOUR_API_KEY" \\
     "https://api.aiplatform.io/v1/webhooks/wh_550e8400e29b41d4/deliveries?limit=50"`,
      answer: {
        deliveries: [
          {
            delivery_id: 'del_...',
            event_id: 'evt_...',
            event_type: 'optimization.completed',
            status: 'success',
            status_code: 200,
            timestamp: '2024-01-15T10:35:00Z',
            response_time_ms: 145,
          },
        ],
        total: 145,
        limit: 50,
      },
      differences: {
        'deliveries[].delivery_id': ['data[].id', 'lists stand in `data`'],
        'deliveries[].event_id': ['data[].event_id', 'lists stand in `data`'],
        'deliveries[].event_type': ['data[].event_type', 'lists stand in `data`'],
        'deliveries[].status': ['data[].status', '`pending`, `delivered`, `failed` or `skipped`'],
        'deliveries[].status_code': ['data[].last_status', 'of the last attempt'],
        'deliveries[].timestamp': ['data[].created_at', '`finished_at` says when it came to an end'],
        'deliveries[].response_time_ms': [
          undefined,
          'each attempt has its `duration_ms` at `…/deliveries/:id`',
        ],
        total: [undefined, 'nobody counts a list to its end; `/webhooks/:id/stats` counts'],
        limit: [undefined, '`next_cursor` says whether there is more, and where'],
      },
    },
    {
      heading: 'Retry Webhook',
      request: `curl -X POST https://api.aiplatform.io/v1/webhooks/wh_550e8400e29b41d4/deliveries/del_550e8400e29b41d4/retry \\
  -H "Authorization: Bearer YOUR_API_KEY"`,
    },
    {
      heading: 'Delete Webhook',
      request: `curl -X DELETE https://api.aiplatform.io/v1/webhooks/wh_550e8400e29b41d4 \\
  -H "Authorization: Bearer YOUR_API_KEY"`,
    },
  ],
};
