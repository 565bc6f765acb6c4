import {
  type AcceptedWebhook,
  createReceiver,
  type EventOf,
  unvalidated,
  type WebhookEvent,
} from '@countersign/core';
import { type Context, Hono } from 'hono';
import { hc } from 'hono/client';
import { createFactory, createMiddleware } from 'hono/factory';
import { validator } from 'hono/validator';
import { type WebhookVariables, webhookGuard, webhookHandler } from '../src/index.js';

type IsAny<T> = 0 extends 1 & T ? true : false;
const never = (_value: false): void => {};

const receiver = createReceiver({
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: {
    'invoice.paid': unvalidated<{ amount: number }>(),
    'invoice.failed': unvalidated<{ reason: string }>(),
  },
});
type Event = EventOf<typeof receiver>;

const app = new Hono();
app.post('/webhooks', webhookGuard(receiver), (c) => {
  const { event, delivery } = c.var.webhook;
  never(false satisfies IsAny<typeof c.var>);
  never(false satisfies IsAny<typeof c.var.webhook>);
  never(false satisfies IsAny<typeof event>);
  never(false satisfies IsAny<typeof delivery.body>);
  const same: AcceptedWebhook<Event> = c.get('webhook');
  if (event.type === 'invoice.paid') {
    const amount: number = event.data.amount;
    // @ts-expect-error a paid invoice has no reason
    const reason: string = event.data.reason;
    return c.json({ amount, reason, id: same.event.id });
  }
  // @ts-expect-error there is no such event
  if (event.type === 'invoice.sent') return c.body(null);
  // @ts-expect-error nothing else stands in these variables
  c.var.other;
  return c.json({ reason: event.data.reason });
});

// Behind and before middleware with variables of their own, with parameters and validated input.
const session = createMiddleware<{ Variables: { user: string } }>(async (c, next) => {
  c.set('user', 'somebody');
  await next();
});
const query = validator('query', (value): { shard: string } => ({ shard: String(value['shard']) }));

app.post('/hooks/:tenant', session, webhookGuard(receiver), (c) => {
  const user: string = c.var.user;
  const tenant: string = c.req.param('tenant');
  const { event } = c.var.webhook;
  never(false satisfies IsAny<typeof c.var.user>);
  never(false satisfies IsAny<typeof event>);
  // @ts-expect-error there is no such parameter
  c.req.param('other').length;
  return c.json({ user, tenant, id: event.id });
});
app.post('/hooks/:tenant', webhookGuard(receiver), session, (c) => {
  const type: 'invoice.paid' | 'invoice.failed' = c.var.webhook.event.type;
  return c.text(`${type}${c.var.user}`);
});
app.post('/validated', query, webhookGuard(receiver), (c) => {
  const { shard } = c.req.valid('query');
  never(false satisfies IsAny<typeof shard>);
  never(false satisfies IsAny<typeof c.var.webhook.event>);
  return c.text(shard + c.var.webhook.event.id);
});
app.post('/validated', session, query, webhookGuard(receiver), session, async (c) => {
  const all: [string, { shard: string }, Event] = [c.var.user, c.req.valid('query'), c.var.webhook.event];
  return c.json(all);
});

// An application with an environment of its own, chains, base paths, groups, factories.
interface Env {
  Bindings: { QUEUE: string };
  Variables: { log: (text: string) => void };
}
const own = new Hono<Env>().basePath('/api');
own.post('/webhooks', webhookGuard(receiver), (c) => {
  c.var.log(c.env.QUEUE);
  never(false satisfies IsAny<typeof c.var.webhook.event>);
  // @ts-expect-error no such binding
  c.env.OTHER;
  return c.text(c.var.webhook.event.id);
});
own.use('/all/*', webhookGuard(receiver)).post('/all/one', (c) => {
  const event: Event = c.var.webhook.event;
  return c.text(event.id);
});
createFactory<Env>().createHandlers(webhookGuard(receiver), (c) => {
  const event: Event = c.var.webhook.event;
  return c.text(event.id);
});

// Handlers in files of their own.
const book = (c: Context<{ Variables: WebhookVariables<Event> }>) => c.text(c.var.webhook.event.type);
app.post('/webhooks', webhookGuard(receiver), book);

// What a typed client sees is the route's answer.
const typed = new Hono().post('/webhooks', webhookGuard(receiver), (c) =>
  c.json({ id: c.var.webhook.event.id }),
);
const answer: { id: string } = await (await hc<typeof typed>('/').webhooks.$post()).json();
never(
  false satisfies IsAny<
    Awaited<ReturnType<Awaited<ReturnType<ReturnType<typeof hc<typeof typed>>['webhooks']['$post']>>['json']>>
  >,
);
console.log(answer.id);

// Without a catalog every event is a plain one: its data is unknown, not any.
app.post('/untyped', webhookGuard(createReceiver({ secrets: 'x' })), (c) => {
  const event: WebhookEvent = c.var.webhook.event;
  // @ts-expect-error unknown data is not looked into
  return c.text(event.data.amount);
});

app.post('/handler', webhookHandler(receiver));
app.all('/handler/:tenant', session, query, webhookHandler(receiver));
own.on(['POST', 'GET'], '/handler', webhookHandler(receiver));
// @ts-expect-error a handler takes a receiver
webhookHandler({});
// @ts-expect-error a guard takes a receiver
webhookGuard({});
