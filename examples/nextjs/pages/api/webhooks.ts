import { createReceiver } from '@countersign/core';
import { pagesWebhookHandler } from '@countersign/nextjs';

// It shares no memory with the App Router's: it has a name of its own.
const receiver = createReceiver({
  name: 'pages',
  secrets: () => process.env['WEBHOOK_SECRET'],
}).onUnhandled((event) => console.log(`pages: ${event.type} (${event.id})`));

// Next.js reads this literal from the source: it must stand here, and nowhere else.
export const config = { api: { bodyParser: false } };

export default pagesWebhookHandler(receiver);
