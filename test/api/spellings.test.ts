import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { expect, test } from 'vitest';
import { served, textAt } from './serve.js';

// The requests of three webhook systems' own documents, member for member.

const verbatim = { sender: { provider: empJobQueue } };

test('document 001: name, description, events and a secret of one’s own; PUT with the same members', async () => {
  const { call } = await served(verbatim);
  const body = {
    name: 'Production Webhook',
    description: 'Webhook for production environment',
    url: 'https://api.example.com/webhooks/dcisionai',
    events: ['project.created', 'model.trained', 'prediction.completed'],
    secret: 'webhook_secret_1234567890',
  };
  const created = await call('POST', '/webhooks', { body });
  expect(created).toMatchObject({ status: 201, json: { data: body } });
  const changed = {
    name: 'Updated Webhook',
    description: 'Updated description',
    url: 'https://api.example.com/webhooks/dcisionai/updated',
    events: ['project.created', 'model.trained', 'prediction.completed', 'dataset.processed'],
  };
  const path = `/webhooks/${textAt(created, 'data', 'id')}`;
  expect(await call('PUT', path, { body: changed })).toMatchObject({ status: 200, json: { data: changed } });
  expect((await call('GET', path)).json).toMatchObject({ data: changed });
  expect((await call('DELETE', path)).status).toBe(204);
});

test('document 002: a secret in words; POST …/test and …/retry without a body or a media type', async () => {
  const { call } = await served(verbatim);
  const body = {
    url: 'https://example.com/webhook',
    events: ['optimization.completed', 'vision.completed', 'training.completed'],
    secret: 'your-webhook-secret',
  };
  const created = await call('POST', '/webhooks', { body });
  expect(created).toMatchObject({ status: 201, json: { data: { ...body, active: true } } });
  const path = `/webhooks/${textAt(created, 'data', 'id')}`;
  const retried = await call('POST', `${path}/deliveries/del_550e8400e29b41d4/retry`);
  expect(retried).toMatchObject({ status: 404, json: { code: 'unknown_delivery' } });
  expect((await call('GET', `${path}/deliveries?limit=50`)).status).toBe(200);
});

const document004 = {
  url: 'https://api.example.com/webhooks/jobs',
  events: ['job.submitted', 'job.completed', 'job.failed'],
  filters: { job_types: ['comfyui'], job_priorities: [1, 2, 3] },
  headers: {
    Authorization: 'Bearer your-api-token',
    'X-API-Key': 'your-api-key',
    'Content-Type': 'application/json',
  },
  retry_config: { max_attempts: 3, initial_delay_ms: 1000, backoff_multiplier: 2, max_delay_ms: 30_000 },
  active: true,
};

test('document 004: filters, headers with their content type, retry_config and active', async () => {
  const { call } = await served(verbatim);
  const created = await call('POST', '/webhooks', { body: document004 });
  expect(created).toMatchObject({
    status: 201,
    json: {
      data: {
        url: document004.url,
        events: document004.events,
        filters: document004.filters,
        header_names: ['authorization', 'x-api-key'],
        retry: { max_attempts: 3, initial_delay_ms: 1000, multiplier: 2, max_delay_ms: 30_000 },
        active: true,
      },
    },
  });
});

test('document 004: its 15-byte sample secret is refused, and the answer says why and does not repeat it', async () => {
  const { call } = await served(verbatim);
  const answer = await call('POST', '/webhooks', { body: { ...document004, secret: 'your-secret-key' } });
  expect(answer).toMatchObject({
    status: 422,
    json: { code: 'invalid_input', errors: [{ pointer: '#/secret' }] },
  });
  expect(textAt(answer, 'detail')).toContain('at least 16 bytes, got 15');
  expect(answer.text).not.toContain('your-secret-key');
});

test('retry_config has the defaults of its document', async () => {
  const { call } = await served(verbatim);
  const retryOf = async (config: object): Promise<unknown> => {
    const { json } = await call('POST', '/webhooks', {
      body: { url: document004.url, retry_config: config },
    });
    return json;
  };
  expect(await retryOf({})).toMatchObject({
    data: { retry: { max_attempts: 3, initial_delay_ms: 1000, multiplier: 2, max_delay_ms: 30_000 } },
  });
  expect(await retryOf({ max_attempts: 7 })).toMatchObject({ data: { retry: { max_attempts: 7 } } });
});

test('retry and retry_config together are refused: one of them would be ignored', async () => {
  const { call } = await served(verbatim);
  const body = { ...document004, retry: { delays_ms: [0] } };
  expect(await call('POST', '/webhooks', { body })).toMatchObject({
    status: 422,
    json: { errors: [{ pointer: '#/retry_config' }] },
  });
});

test('null is no choice, wherever a choice can be made', async () => {
  const { call } = await served(verbatim);
  const nothing = {
    name: null,
    description: null,
    events: null,
    filters: null,
    headers: null,
    retry: null,
    concurrency: null,
    rate_limit: null,
  };
  const created = await call('POST', '/webhooks', { body: { url: document004.url, ...nothing } });
  expect(created).toMatchObject({ status: 201, json: { data: { events: ['*'], retry: null } } });
  const path = `/webhooks/${textAt(created, 'data', 'id')}`;
  const body = { url: document004.url, ...nothing, events: ['*'], retry_config: null };
  const { retry: _, ...rest } = body;
  expect((await call('PUT', path, { body: rest })).status).toBe(200);
});
