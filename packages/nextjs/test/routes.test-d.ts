import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AcceptedWebhook,
  createReceiver,
  type EventOf,
  unvalidated,
  type WebhookEvent,
} from '@countersign/core';
import type { NextApiHandler } from 'next';
import type { NextRequest } from 'next/server.js';
import {
  type GuardedHandler,
  pagesWebhookHandler,
  type WebhookContext,
  webhookGuard,
  webhookHandler,
} from '../src/index.js';

type IsAny<T> = 0 extends 1 & T ? true : false;
const never = (_value: false): void => {};

/** What `next build` wants of the exports of a route, from its generated types. */
type RouteExport<Params> = (
  request: NextRequest,
  context: { params: Promise<Params> },
  // biome-ignore lint/suspicious/noConfusingVoidType: as Next.js generates it
) => Promise<Response | void> | Response | void;
type NoParams = Record<never, never>;
type ApiRouteExport = { default: (req: never, res: never) => ReturnType<NextApiHandler> };

const receiver = createReceiver({
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: {
    'invoice.paid': unvalidated<{ amount: number }>(),
    'invoice.failed': unvalidated<{ reason: string }>(),
  },
});
type Event = EventOf<typeof receiver>;

webhookGuard(receiver, async (request, context) => {
  const { event, delivery } = context.webhook;
  never(false satisfies IsAny<typeof request>);
  never(false satisfies IsAny<typeof context>);
  never(false satisfies IsAny<typeof event>);
  never(false satisfies IsAny<typeof delivery.body>);
  never(false satisfies IsAny<Awaited<typeof context.params>>);
  if (event.type === 'invoice.paid') {
    const amount: number = event.data.amount;
    // @ts-expect-error a paid invoice has no reason
    const reason: string = event.data.reason;
    return Response.json({ amount, reason });
  }
  // @ts-expect-error there is no such event
  if (event.type === 'invoice.sent') return new Response();
  // @ts-expect-error there is no more in the context
  context.other;
  const reason: string = event.data.reason;
  return Response.json({ reason });
}) satisfies RouteExport<NoParams>;

// Route parameters, however they are written down.
type Params = { tenant: string };
interface TenantContext {
  readonly params: Promise<Params>;
  readonly webhook: AcceptedWebhook<Event>;
}
const byIntersection = webhookGuard(
  receiver,
  async (_request, { webhook, params }: { params: Promise<Params> } & { webhook: AcceptedWebhook<Event> }) =>
    Response.json({ tenant: (await params).tenant, id: webhook.event.id }),
);
const byInterface = webhookGuard(receiver, async (_request, { params }: TenantContext) =>
  Response.json((await params).tenant),
);
const byHelper = webhookGuard(receiver, async (_request, { params }: WebhookContext<Event, Params>) =>
  Response.json((await params).tenant),
);
for (const route of [byIntersection, byInterface, byHelper]) {
  route satisfies RouteExport<Params>;
  // @ts-expect-error the folder of this route is not called `[tenant]`
  route satisfies RouteExport<{ account: string }>;
}

// What Next.js adds to a request, handlers without a context, handlers in files of their own, no promise.
webhookGuard(receiver, (request: NextRequest) =>
  Response.json(request.nextUrl.pathname),
) satisfies RouteExport<NoParams>;
webhookGuard(receiver, () => new Response()) satisfies RouteExport<Params>;
const onTenant: GuardedHandler<Event, Params> = async (_request, { params }) => Response.json(await params);
webhookGuard(receiver, onTenant) satisfies RouteExport<Params>;
webhookGuard(receiver, (_request, { webhook }: { webhook: AcceptedWebhook<Event> }) =>
  Response.json(webhook.event.id),
) satisfies RouteExport<Params>;

// A route that answers nothing would be answered 500 by Next.js.
// @ts-expect-error nothing is returned
webhookGuard(receiver, async () => {});
// @ts-expect-error only a response is one
webhookGuard(receiver, () => ({ status: 204 }));
// @ts-expect-error handlers of other events
webhookGuard(receiver, (_request, _context: WebhookContext<WebhookEvent<'invoice.sent'>>) => new Response());

// Without a catalog every event is a plain one: its data is unknown, not any.
webhookGuard(createReceiver({ secrets: 'x' }), (_request, { webhook }) => {
  const event: WebhookEvent = webhook.event;
  // @ts-expect-error unknown data is not looked into
  return Response.json(event.data.amount);
});

webhookHandler(receiver) satisfies RouteExport<NoParams>;
webhookHandler(receiver) satisfies RouteExport<Params>;
({ default: pagesWebhookHandler(receiver) }) satisfies ApiRouteExport;
pagesWebhookHandler(receiver) satisfies NextApiHandler;
pagesWebhookHandler(receiver) satisfies (request: IncomingMessage, response: ServerResponse) => unknown;

// @ts-expect-error a handler takes a receiver
webhookHandler({});
// @ts-expect-error a guard takes a receiver
webhookGuard({}, () => new Response());
// @ts-expect-error a guard takes the route behind it
webhookGuard(receiver);
// @ts-expect-error a handler takes a receiver
pagesWebhookHandler({});
