import { createReceiver, type EventOf, unvalidated, type VerifiedDelivery } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import express from 'express';
import express4 from 'express4';
import { z } from 'zod';
import { holds, type IsAny, type Same } from './expect-type.js';

const receiver = createReceiver({
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: { 'job.done': z.object({ n: z.number() }), 'job.failed': unvalidated<{ error: string }>() },
});
type Event = EventOf<typeof receiver>;

// ------------------------------------------------ Express 5
const app = express();
app.post('/handler', webhookHandler(receiver));
app.use('/handler', webhookHandler(receiver));
app.post('/guard', webhookGuard(receiver), (_request, response) => {
  const { webhook } = response.locals;
  holds<[Same<typeof webhook.event, Event>, Same<typeof webhook.delivery, VerifiedDelivery>]>();
  holds<[Same<IsAny<typeof webhook>, false>, Same<IsAny<typeof webhook.event.data>, false>]>();
  if (webhook.event.type === 'job.failed') holds<[Same<typeof webhook.event.data, { error: string }>]>();
  // @ts-expect-error only the other has it
  webhook.event.data.n;
  response.sendStatus(204);
});
app.post('/guard/:tenant', webhookGuard(receiver), async (request, response) => {
  holds<[Same<typeof request.params.tenant, string>]>();
  response.json({ tenant: request.params.tenant, id: response.locals.webhook.event.id });
});
express.Router().post('/guard', webhookGuard(receiver), (_request, response, next) => {
  holds<[Same<typeof response.locals.webhook.event, Event>]>();
  next();
});

// ------------------------------------------------ Express 4
const app4 = express4();
app4.post('/handler', webhookHandler(receiver));
app4.post('/guard', webhookGuard(receiver), (_request, response) => {
  const { webhook } = response.locals;
  holds<[Same<typeof webhook.event, Event>, Same<IsAny<typeof webhook>, false>]>();
  response.sendStatus(204);
});

// ------------------------------------------------ adapters take what is mounted, not a particular receiver
webhookHandler({ handle: async () => ({ status: 200, headers: {}, body: new Uint8Array() }) });
// @ts-expect-error no dispatcher
webhookHandler({});
// @ts-expect-error no gate
webhookGuard({ handle: receiver.handle });
// @ts-expect-error an option object is for other frameworks
webhookHandler(receiver, { path: '/' });
