import {
  type AcceptedWebhook,
  createReceiver,
  type EventFor,
  type EventOf,
  type HandlerContext,
  type Receiver,
  unvalidated,
  type WebhookDispatcher,
  type WebhookEvent,
  type WebhookGate,
} from '@countersign/core';
import { empJobQueueEvents } from '@countersign/core/catalogs/emp-job-queue';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { holds, type IsAny, type Same } from './expect-type.js';

const secrets = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
const receiver = createReceiver({
  secrets,
  events: {
    'job.completed': z.object({ job_id: z.string(), at: z.coerce.date() }),
    'job.failed': v.object({ error: v.string() }),
    'job.step.done': type({ step: 'number' }),
    'machine.up': unvalidated<{ readonly host: string }>(),
  },
});

interface Events {
  'job.completed': { job_id: string; at: Date };
  'job.failed': { error: string };
  'job.step.done': { step: number };
  'machine.up': { readonly host: string };
}

// ------------------------------------------------ exact names: the payload is the schema's output
receiver.on('job.completed', (event, context) => {
  holds<[Same<typeof event, WebhookEvent<'job.completed', { job_id: string; at: Date }>>]>();
  holds<[Same<typeof event.type, 'job.completed'>, Same<typeof event.data.at, Date>]>();
  holds<
    [
      Same<IsAny<typeof event>, false>,
      Same<IsAny<typeof event.data>, false>,
      Same<IsAny<typeof event.data.job_id>, false>,
    ]
  >();
  holds<[Same<typeof event.body, unknown>, Same<typeof event.timestamp, Date | undefined>]>();
  holds<[Same<typeof event.unauthenticated, readonly ('id' | 'type' | 'timestamp' | 'data')[]>]>();
  holds<[Same<typeof context, HandlerContext>, Same<IsAny<typeof context>, false>]>();
  holds<
    [
      Same<typeof context.signal, AbortSignal>,
      Same<IsAny<typeof context.delivery>, false>,
      Same<IsAny<typeof context.claim>, false>,
    ]
  >();
  // @ts-expect-error a member that the payload does not have
  event.data.jobid;
  // @ts-expect-error a payload is not changed by type alone
  event.id = 'other';
});
receiver.on('job.failed', (event) => holds<[Same<typeof event.data, { error: string }>]>());
receiver.on('job.step.done', (event) => holds<[Same<typeof event.data, { step: number }>]>());
receiver.on('machine.up', (event) => holds<[Same<typeof event.data, { readonly host: string }>]>());

// ------------------------------------------------ patterns: the union of what they match, narrowed by type
receiver.on('job.*', (event) => {
  holds<[Same<typeof event.type, 'job.completed' | 'job.failed' | 'job.step.done'>]>();
  if (event.type === 'job.failed') holds<[Same<typeof event.data, { error: string }>]>();
  else if (event.type === 'job.completed') holds<[Same<typeof event.data.at, Date>]>();
  else holds<[Same<typeof event.data, { step: number }>]>();
  // @ts-expect-error only one of them has it
  event.data.error;
});
receiver.on('job.step.*', (event) => holds<[Same<typeof event.type, 'job.step.done'>]>());
receiver.on('*', (event) => {
  holds<[Same<typeof event.type, keyof Events>]>();
  // @ts-expect-error a type that is not among them
  if (event.type === 'job.exploded') return;
});
receiver.onUnhandled((event) =>
  holds<[Same<typeof event, WebhookEvent>, Same<typeof event.data, unknown>]>(),
);

// ------------------------------------------------ wrong names and patterns do not compile
// @ts-expect-error misspelt
receiver.on('job.complete', () => {});
// @ts-expect-error a beginning of none
receiver.on('jobs.*', () => {});
// @ts-expect-error a pattern behind a whole name
receiver.on('job.completed.*', () => {});
// @ts-expect-error a star in a segment
receiver.on('job.comp*', () => {});
// @ts-expect-error a star in the middle
receiver.on('job.*.done', () => {});
// @ts-expect-error a star at the beginning
receiver.on('*.done', () => {});
// @ts-expect-error nothing
receiver.on('', () => {});
// @ts-expect-error a text that is known only when it runs
receiver.on(String('job.failed'), () => {});
// @ts-expect-error no handler
receiver.on('job.failed');
// @ts-expect-error a handler of another payload
receiver.on('job.failed', (event: WebhookEvent<'job.failed', { code: number }>) => event.data.code);

// ------------------------------------------------ handlers: sync, async, fewer parameters; chains keep the type
const chained: typeof receiver = receiver
  .on('job.failed', async () => {})
  .on('machine.up', () => 'anything')
  .onUnhandled(() => undefined);
void chained;

// ------------------------------------------------ handlers in files of their own
const onFailed = (event: EventOf<typeof receiver, 'job.failed'>, { signal }: HandlerContext): string => {
  signal.throwIfAborted();
  return event.data.error;
};
receiver.on('job.failed', onFailed);
holds<
  [
    Same<EventOf<typeof receiver, 'job.failed'>, WebhookEvent<'job.failed', { error: string }>>,
    Same<EventOf<typeof receiver, 'job.*'>['type'], 'job.completed' | 'job.failed' | 'job.step.done'>,
    Same<EventOf<typeof receiver>['type'], keyof Events>,
    Same<IsAny<EventOf<typeof receiver>>, false>,
    Same<EventOf<{ on(): void }>, never>,
  ]
>();
// @ts-expect-error a handler of another event
receiver.on('machine.up', onFailed);

// ------------------------------------------------ without `events`: every type, and data that must be looked at
const open = createReceiver({ secrets });
holds<[Same<typeof open, Receiver>, Same<EventOf<typeof open>, WebhookEvent>]>();
open.on('anything.at.all', (event) => {
  holds<
    [
      Same<typeof event, WebhookEvent>,
      Same<typeof event.data, unknown>,
      Same<IsAny<typeof event.data>, false>,
    ]
  >();
  // @ts-expect-error unknown
  event.data.anything;
});
open.on('a.*', () => {}).on(String('a'), () => {});

// ------------------------------------------------ what adapters take
const dispatcher: WebhookDispatcher = receiver;
const gate: WebhookGate<WebhookEvent> = receiver;
const typedGate: WebhookGate<EventFor<Events>> = receiver;
// @ts-expect-error a receiver of other events gives other ones
const wrongGate: WebhookGate<WebhookEvent<'invoice.paid', { amount: number }>> = receiver;
void [dispatcher, gate, typedGate, wrongGate];

async function guard(request: Parameters<typeof receiver.accept>[0]): Promise<void> {
  const acceptance = await receiver.accept(request);
  // @ts-expect-error not before it is known to be accepted
  acceptance.event;
  if (!acceptance.accepted) {
    holds<[Same<typeof acceptance.response.status, number>]>();
    // @ts-expect-error a refused delivery has no event
    return void acceptance.event;
  }
  holds<[Same<typeof acceptance.event, EventFor<Events>>, Same<IsAny<typeof acceptance.event>, false>]>();
  const webhook: AcceptedWebhook<EventFor<Events>> = acceptance;
  if (webhook.event.type === 'job.failed') holds<[Same<typeof webhook.event.data, { error: string }>]>();
  await acceptance.settle(200);
  // @ts-expect-error the application answers with a status
  await acceptance.settle('200');
}
void guard;

// ------------------------------------------------ schemas
createReceiver({ secrets, events: empJobQueueEvents }).on('job.*', (event) =>
  holds<[Same<IsAny<typeof event.data>, false>]>(),
);
// @ts-expect-error no schema
createReceiver({ secrets, events: { 'job.failed': { parse: (value: unknown) => value } } });
// @ts-expect-error a type is no schema: `unvalidated<T>()` says that nothing is checked
createReceiver({ secrets, events: { 'job.failed': String } });

// ------------------------------------------------ fetch is bound, and takes what platforms give
const fetcher: {
  fetch(
    request: Request,
    environment: { KEY: string },
    context: { waitUntil(work: Promise<unknown>): void },
  ): Promise<Response>;
} = { fetch: receiver.fetch };
const bun: { fetch(request: Request): Promise<Response> } = receiver;
void [fetcher, bun];
