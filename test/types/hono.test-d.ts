import { createReceiver, type EventOf, unvalidated, type VerifiedDelivery } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/hono';
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { holds, type IsAny, type Same } from './expect-type.js';

const receiver = createReceiver({
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: { 'job.done': z.object({ n: z.number() }), 'job.failed': unvalidated<{ error: string }>() },
});
type Event = EventOf<typeof receiver>;

const app = new Hono<{ Variables: { user: string } }>();
app.post('/handler', webhookHandler(receiver));
app.post('/guard', webhookGuard(receiver), (c) => {
  const { webhook } = c.var;
  holds<[Same<typeof webhook.event, Event>, Same<typeof webhook.delivery, VerifiedDelivery>]>();
  holds<[Same<IsAny<typeof webhook>, false>, Same<IsAny<typeof webhook.event.data>, false>]>();
  holds<[Same<typeof c.var.user, string>]>();
  if (webhook.event.type === 'job.failed') holds<[Same<typeof webhook.event.data, { error: string }>]>();
  // @ts-expect-error only the other has it
  webhook.event.data.n;
  return c.body(null, 204);
});

// ------------------------------------------------ behind validators of every part of a request
app.post(
  '/guard/:tenant',
  zValidator('param', z.object({ tenant: z.string() })),
  zValidator('query', z.object({ shard: z.coerce.number() })),
  zValidator('header', z.object({ 'x-region': z.enum(['eu', 'us']) })),
  webhookGuard(receiver),
  (c) => {
    holds<[Same<ReturnType<typeof c.req.valid<'query'>>, { shard: number }>]>();
    holds<[Same<ReturnType<typeof c.req.valid<'param'>>, { tenant: string }>]>();
    holds<[Same<ReturnType<typeof c.req.valid<'header'>>, { 'x-region': 'eu' | 'us' }>]>();
    holds<[Same<typeof c.var.webhook.event, Event>, Same<typeof c.var.user, string>]>();
    return c.json(c.req.valid('query'));
  },
);
app.post('/guard', webhookGuard(receiver), zValidator('json', z.object({ type: z.string() })), (c) => {
  holds<
    [Same<typeof c.var.webhook.event, Event>, Same<ReturnType<typeof c.req.valid<'json'>>, { type: string }>]
  >();
  return c.json(c.req.valid('json'));
});

// ------------------------------------------------ adapters take what is mounted, not a particular receiver
webhookHandler({ handle: async () => ({ status: 200, headers: {}, body: new Uint8Array() }) });
// @ts-expect-error no dispatcher
webhookHandler({});
// @ts-expect-error no gate
webhookGuard({ handle: receiver.handle });
// @ts-expect-error an option object is for other frameworks
webhookHandler(receiver, { path: '/' });
