import { createReceiver, unvalidated, type WebhookEvent } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import express from 'express4';

type IsAny<T> = 0 extends 1 & T ? true : false;
const never = (_value: false): void => {};

const app = express();
const receiver = createReceiver({
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: {
    'invoice.paid': unvalidated<{ amount: number }>(),
    'invoice.failed': unvalidated<{ reason: string }>(),
  },
});

app.post('/webhooks', webhookGuard(receiver), (_request, response) => {
  const { event, delivery } = response.locals.webhook;
  never(false satisfies IsAny<typeof response.locals.webhook>);
  never(false satisfies IsAny<typeof event>);
  never(false satisfies IsAny<typeof delivery.body>);
  if (event.type === 'invoice.paid') {
    const amount: number = event.data.amount;
    // @ts-expect-error a paid invoice has no reason
    const reason: string = event.data.reason;
    response.json({ amount, reason });
  } else {
    const reason: string = event.data.reason;
    response.json({ reason });
  }
  // @ts-expect-error there is no such event
  if (event.type === 'invoice.sent') response.end();
  // @ts-expect-error nothing else stands in these locals
  response.locals.other;
});

// Async handlers, route parameters, several handlers, parsers before and behind, routers.
app.post('/webhooks/:tenant', webhookGuard(receiver), async (request, response) => {
  const tenant: string = request.params.tenant;
  response.json({ tenant, id: response.locals.webhook.event.id });
});
app.post(
  '/raw',
  express.raw({ type: '*/*' }),
  webhookGuard(receiver),
  express.json(),
  (_request, response, next) => {
    const id: string = response.locals.webhook.delivery.id;
    next(id);
  },
);
express.Router().post('/webhooks', webhookGuard(receiver), (_request, response) => {
  const body: Uint8Array = response.locals.webhook.delivery.body;
  response.json(body.length);
});
app.route('/webhooks').post(webhookGuard(receiver), (_request, response) => {
  const id: string = response.locals.webhook.event.id;
  response.json(id);
});

// Without a catalog every event is a plain one: its data is unknown, not any.
app.post('/untyped', webhookGuard(createReceiver({ secrets: 'x' })), (_request, response) => {
  const event: WebhookEvent = response.locals.webhook.event;
  // @ts-expect-error unknown data is not looked into
  response.json(event.data.amount);
});

app.post('/handler', webhookHandler(receiver));
app.use('/handler', webhookHandler(receiver));
// @ts-expect-error a handler takes a receiver
webhookHandler({});
// @ts-expect-error a guard takes a receiver
webhookGuard({});
