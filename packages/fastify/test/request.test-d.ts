import {
  createReceiver,
  type EventOf,
  unvalidated,
  type VerifiedDelivery,
  type WebhookEvent,
} from '@countersign/core';
import Fastify, { type FastifyBaseLogger, type FastifyRequest, type FastifyTypeProvider } from 'fastify';
import countersignByDefault, {
  countersign,
  type GuardedHandler,
  type GuardedRequest,
  webhookGuard,
} from '../src/index.js';

type IsAny<T> = 0 extends 1 & T ? true : false;
const never = (_value: false): void => {};

const app = Fastify();
const receiver = createReceiver({
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: {
    'invoice.paid': unvalidated<{ amount: number }>(),
    'invoice.failed': unvalidated<{ reason: string }>(),
  },
});
type Event = EventOf<typeof receiver>;

// ------------------------------------------------ handler mode
app.register(countersign, { receiver, path: '/webhooks' });
app.register(countersign, { receiver, path: '/webhooks', prefix: '/v1', logLevel: 'warn' });
app.register(countersignByDefault, { receiver, path: '/webhooks' });
app.register(import('../src/index.js'), { receiver, path: '/webhooks' });
app.register(countersign, {
  receiver: { handle: async () => ({ status: 200, headers: {}, body: new Uint8Array() }) },
  path: '/webhooks',
});
// @ts-expect-error a path is needed
app.register(countersign, { receiver });
// @ts-expect-error a receiver is needed
app.register(countersign, { receiver: {}, path: '/webhooks' });
// @ts-expect-error options are needed
void countersign(app);

// ------------------------------------------------ guard mode
await app.register(
  webhookGuard(receiver, {
    path: '/g',
    async handler(request, reply) {
      if (request.webhook.event.type === 'invoice.failed') {
        const s: string = request.webhook.event.data.reason;
        void s;
      }
      const b: unknown = request.body;
      void b;
      return reply.code(202).send({});
    },
  }),
);
app.register(
  webhookGuard(receiver, {
    path: '/guarded',
    async handler(request, reply) {
      const { event, delivery } = request.webhook;
      never(false satisfies IsAny<typeof request>);
      never(false satisfies IsAny<typeof request.webhook>);
      never(false satisfies IsAny<typeof event>);
      never(false satisfies IsAny<typeof delivery.body>);
      const plain: FastifyRequest = request;
      const bytes: Uint8Array = delivery.body;
      // @ts-expect-error the body is nobody's: it was read by the receiver
      request.body.amount;
      // @ts-expect-error what was verified stays
      request.webhook = { event, delivery };
      if (event.type === 'invoice.paid') {
        const amount: number = event.data.amount;
        // @ts-expect-error a paid invoice has no reason
        const reason: string = event.data.reason;
        return reply.code(202).send({ amount, reason, url: plain.url, bytes, routes: this.printRoutes() });
      }
      const reason: string = event.data.reason;
      // @ts-expect-error there is no such event
      if (event.type === 'invoice.sent') return reply.code(204).send();
      return { reason };
    },
  }),
  { prefix: '/v1' },
);

// Callbacks, values, arrows; handlers in files of their own.
app.register(webhookGuard(receiver, { path: '/a', handler: (_request, reply) => void reply.send('text') }));
app.register(webhookGuard(receiver, { path: '/b', handler: () => 'text' }));
app.register(webhookGuard(receiver, { path: '/c', handler: (request: FastifyRequest) => request.id }));
const inferred = (request: GuardedRequest<Event>): string => request.webhook.event.id;
app.register(webhookGuard(receiver, { path: '/d', handler: inferred }));
const annotated: GuardedHandler<Event> = async ({ webhook }, reply) => {
  const delivery: VerifiedDelivery = webhook.delivery;
  return reply.send(delivery.id);
};
app.register(webhookGuard(receiver, { path: '/e', handler: annotated }));
const ofAnother = (request: GuardedRequest<WebhookEvent<'order.sent', { tracking: string }>>): string =>
  request.webhook.event.data.tracking;
// @ts-expect-error a handler of other events
app.register(webhookGuard(receiver, { path: '/f', handler: ofAnother }));
// @ts-expect-error a handler is needed
webhookGuard(receiver, { path: '/g' });
// @ts-expect-error a path is needed
webhookGuard(receiver, { handler: () => 'text' });
// @ts-expect-error a guard takes a receiver
webhookGuard({}, { path: '/h', handler: () => 'text' });
// @ts-expect-error no gate
webhookGuard({ handle: receiver.handle }, { path: '/i', handler: () => 'text' });

// Without a catalog every event is a plain one: its data is unknown, not any.
webhookGuard(createReceiver({ secrets: 'x' }), {
  path: '/untyped',
  handler({ webhook }) {
    const event: WebhookEvent = webhook.event;
    // @ts-expect-error unknown data is not looked into
    return event.data.amount;
  },
});

// Nothing is added to the requests of other routes.
app.post('/other', async (request) => {
  // @ts-expect-error only behind a guard
  return request.webhook;
});

// ------------------------------------------------ applications with other servers, loggers and type providers
interface OwnTypes extends FastifyTypeProvider {
  readonly validator: this['schema'];
}
declare const logger: FastifyBaseLogger & { readonly own: true };
const guard = webhookGuard(receiver, { path: '/guarded', handler: () => 'text' });
Fastify({ http2: true }).register(guard).register(countersign, { receiver, path: '/webhooks' });
Fastify({ https: {} }).register(guard).register(countersign, { receiver, path: '/webhooks' });
Fastify({ loggerInstance: logger }).register(guard).register(countersign, { receiver, path: '/webhooks' });
Fastify().withTypeProvider<OwnTypes>().register(guard).register(countersign, { receiver, path: '/webhooks' });
