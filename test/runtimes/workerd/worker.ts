import {
  createReceiver,
  memoryReplayStore,
  type ReceiverOptions,
  type WebhookRequest,
} from '@countersign/core';
import { github } from '@countersign/core/providers/github';
import { webhookGuard, webhookHandler } from '@countersign/hono';
import { Hono } from 'hono';
import * as web from '../../../packages/core/src/crypto/web.js';
import { type Report, reportOf } from '../report.js';
import { cryptoVectors } from '../vectors/crypto.js';
import { standardWebhooksVectors } from '../vectors/standard-webhooks.js';

/** What the configuration binds. */
interface Bindings {
  readonly WEBHOOK_SECRET: string;
  readonly PUBLIC_KEY: string;
}

/** What a route's receiver told, and what its application did. */
export interface Told {
  readonly outcomes: { readonly code: string; readonly status?: number; readonly diagnosis?: string }[];
  readonly runs: string[];
}

const told = new Map<string, Told>();
const app = new Hono<{ Bindings: Bindings }>();

/** The secret that the platform binds: it comes with each request, in the context. */
const bound =
  (name: keyof Bindings) =>
  ({ native }: WebhookRequest) => {
    const env: unknown = native instanceof Object ? Reflect.get(native, 'env') : undefined;
    const secrets: unknown = env instanceof Object ? Reflect.get(env, name) : undefined;
    return typeof secrets === 'string' ? { tenant: 'workerd', secrets } : undefined;
  };

function receiverAt(path: string, options: Partial<ReceiverOptions<Record<string, unknown>>> = {}) {
  const { outcomes, runs }: Told = { outcomes: [], runs: [] };
  told.set(path, { outcomes, runs });
  // In the global scope, where a worker may neither wait nor draw random numbers.
  const receiver = createReceiver({
    name: path,
    secrets: bound('WEBHOOK_SECRET'),
    onOutcome(outcome) {
      const { code } = outcome;
      if (outcome.kind === 'notice') outcomes.push({ code });
      else if (outcome.kind === 'accepted') outcomes.push({ code, status: outcome.status });
      else
        outcomes.push({
          code,
          status: outcome.status,
          ...(outcome.diagnosis && { diagnosis: outcome.diagnosis }),
        });
    },
    ...options,
  });
  return { receiver, runs };
}

function mountHandler(path: string, options: Partial<ReceiverOptions<Record<string, unknown>>> = {}): void {
  const { receiver, runs } = receiverAt(path, options);
  receiver.on('*', async ({ id, type }) => {
    if (type === 'slow.event') await new Promise((resolve) => setTimeout(resolve, 300));
    runs.push(id);
    if (type === 'failing.event' && runs.length === 1) throw new Error('failed');
  });
  app.all(path, webhookHandler(receiver));
}

mountHandler('/cold');
mountHandler('/hmac');
mountHandler('/ed25519', { secrets: bound('PUBLIC_KEY') });
mountHandler('/github', { provider: github, replay: memoryReplayStore() });
mountHandler('/failing');
mountHandler('/copies');
mountHandler('/limited', { maxBodyBytes: 1_000 });
mountHandler('/impatient', { bodyTimeoutMs: 100 });
mountHandler('/late', { handlerTimeoutMs: 20 });
app.use('/parsed', async (c, next) => {
  await c.req.text();
  await next();
});
mountHandler('/parsed');

const guarded = receiverAt('/guard');
app.post('/guard', webhookGuard(guarded.receiver), async (c) => {
  const { event } = c.var.webhook;
  guarded.runs.push(event.id);
  if (event.type === 'failing.event' && guarded.runs.length === 1) throw new Error('failed');
  return c.json({ parsed: await c.req.json() }, event.type === 'failing.event' ? 201 : 200);
});
app.onError((_error, c) => c.text('failed', 500));

app.get('/told/:path', (c) => c.json(told.get(`/${c.req.param('path')}`)));

app.get('/vectors', async (c) => {
  const reports: Report[] = [];
  for (const { name, check } of cryptoVectors)
    reports.push(await reportOf('WebCrypto', name, () => check(web)));
  for (const { name, check } of standardWebhooksVectors) reports.push(await reportOf('#crypto', name, check));
  return c.json(reports);
});

// biome-ignore lint/style/noDefaultExport: what workerd asks for
export default app;
