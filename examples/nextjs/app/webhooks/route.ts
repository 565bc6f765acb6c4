import { createReceiver, unvalidated } from '@countersign/core';
import { webhookHandler } from '@countersign/nextjs';

const receiver = createReceiver({
  // A function, asked for each request: `next build` runs this file too, where there are no secrets.
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: {
    'invoice.paid': unvalidated<{ amount: number }>(),
    'invoice.failed': unvalidated<{ reason: string }>(),
  },
})
  .on('invoice.paid', (event) => console.log(`paid: ${event.data.amount} (${event.id})`))
  .on('invoice.failed', (event) => console.log(`failed: ${event.data.reason} (${event.id})`));

export const POST = webhookHandler(receiver);
