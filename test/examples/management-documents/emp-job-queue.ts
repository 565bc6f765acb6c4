import type { Document } from './step.js';

const isTime = 'a time in ISO 8601, no number';
const noEnvelope = 'the status says it';

/** Document 004. */
export const empJobQueue: Document = {
  title: 'EMP Job Queue',
  base: 'http://localhost:4000/api',
  receiver: 'https://api.example.com',
  requests: [
    'Every request needs `Authorization: Bearer <key>`.',
    'The sample secret `your-secret-key` is refused: secrets have at least 16 bytes, and it has 15.',
  ],
  steps: [
    {
      heading: 'Create Webhook Example',
      request: `curl -X POST http://localhost:4000/api/webhooks \\
  -H "Content-Type: application/json" \\
  -d '{
    "url": "https://api.example.com/webhooks/jobs",
    "secret": "your-secret-key",
    "events": ["job.submitted", "job.completed", "job.failed"],
    "filters": {
      "job_types": ["comfyui"],
      "job_priorities": [1, 2, 3]
    },
    "headers": {
      "Authorization": "Bearer your-api-token"
    },
    "retry_config": {
      "max_attempts": 3,
      "initial_delay_ms": 1000,
      "backoff_multiplier": 2,
      "max_delay_ms": 30000
    },
    "active": true
  }'`,
      answer: {
        success: true,
        data: {
          id: 'wh_1234567890_abc123def',
          url: 'https://api.example.com/webhooks/jobs',
          events: ['job.submitted', 'job.completed', 'job.failed'],
          filters: { job_types: ['comfyui'], job_priorities: [1, 2, 3] },
          active: true,
          created_at: 1642123456789,
          updated_at: 1642123456789,
        },
        timestamp: '2024-01-14T10:30:56.789Z',
      },
      differences: {
        success: [undefined, noEnvelope],
        'data.created_at': ['data.created_at', isTime],
        'data.updated_at': ['data.updated_at', isTime],
        timestamp: [undefined, 'the `Date` header says it'],
      },
    },
    {
      heading: 'Delivery Statistics',
      request: 'curl http://localhost:4000/api/webhooks/wh_123/stats',
      answer: {
        success: true,
        data: {
          total_deliveries: 150,
          successful_deliveries: 148,
          failed_deliveries: 2,
          retry_queue_size: 0,
          pending_deliveries: 1,
        },
      },
      differences: {
        success: [undefined, noEnvelope],
        'data.total_deliveries': ['data.total', 'of the last 24 hours'],
        'data.successful_deliveries': ['data.successful', 'of the last 24 hours'],
        'data.failed_deliveries': ['data.failed', 'of the last 24 hours'],
        'data.retry_queue_size': ['data.retry_queue', 'now'],
        'data.pending_deliveries': ['data.pending', 'now'],
      },
    },
    {
      heading: 'Testing Webhooks',
      request: 'curl -X POST http://localhost:4000/api/webhooks/wh_123/test',
      payload: {
        event_type: 'job.submitted',
        event_id: 'test_1234567890_abc123',
        timestamp: 1642123456789,
        webhook_id: 'wh_123',
        data: { job_id: 'test_job_123', job_type: 'test', job_status: 'pending' },
        metadata: { test: true },
      },
      payloadDifferences: {
        event_type: ['event_type', '`webhook.test`, unless the request says `{ "type": … }`'],
        'data.job_id': [undefined, 'a short message, unless the request says `{ "data": … }`'],
        'data.job_type': [undefined, 'the same'],
        'data.job_status': [undefined, 'the same'],
      },
    },
  ],
};
