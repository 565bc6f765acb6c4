import { createReceiver } from '@countersign/core';
import { pagesWebhookHandler } from '@countersign/nextjs';

// Its name tells it from the App Router's in logs, and in a store that both share.
const receiver = createReceiver({
  name: 'pages',
  secrets: () => process.env['WEBHOOK_SECRET'],
}).onUnhandled((event) => console.log(`pages: ${event.type} (${event.id})`));

// Next.js reads this literal from the source: it must stand here, and nowhere else.
export const config = { api: { bodyParser: false } };

export default pagesWebhookHandler(receiver);
