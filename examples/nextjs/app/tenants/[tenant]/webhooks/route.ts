import { createReceiver, type EventOf, unvalidated } from '@countersign/core';
import { type WebhookContext, webhookGuard } from '@countersign/nextjs';

// A real service asks its database. What a stranger's URL names must never choose among other things than these.
const secretOf = (tenant: string): string | undefined =>
  tenant === 'acme' ? process.env['WEBHOOK_SECRET_ACME'] : undefined;

// Each tenant has a URL and a secret of its own; whoever looks at the request says whose it is.
const gate = createReceiver({
  name: 'tenants',
  secrets: ({ url }) => {
    const tenant = new URL(url).pathname.split('/')[2] ?? '';
    const secrets = secretOf(tenant);
    return secrets === undefined ? undefined : { tenant, secrets };
  },
  events: { 'invoice.paid': unvalidated<{ amount: number }>() },
});

type Context = WebhookContext<EventOf<typeof gate>, { tenant: string }>;

// 2xx commits the delivery; any other status, or a throw, gives it back for a retry.
export const POST = webhookGuard(gate, async (_request, { params, webhook: { event } }: Context) => {
  const { tenant } = await params;
  console.log(`${tenant}: paid ${event.data.amount} (${event.id})`);
  return Response.json({ queued: event.id }, { status: 202 });
});
