import {
  createReceiver,
  hmacScheme,
  jsonEnvelope,
  memoryReplayStore,
  type Provider,
} from '@countersign/core';
import { webhookHandler } from '@countersign/express';
import express from 'express';

declare function book(event: unknown): Promise<void>;

// The wire as it is: `x-signature` is the HMAC-SHA256 of the body, in hex.
// `x-timestamp` and `x-event-id` are not signed: nothing looks at them.
const acme: Provider = {
  name: 'acme',
  scheme: hmacScheme({
    name: 'acme',
    content: '{body}',
    signature: { header: 'x-signature', encoding: 'hex' }, // prefix: 'sha256=', where it has one
  }),
  envelope: jsonEnvelope({ fields: { type: { body: 'type' }, id: { body: 'id' } }, data: 'data' }),
};

const receiver = createReceiver({
  provider: acme,
  secrets: () => process.env['WEBHOOK_SECRET'],
  replay: memoryReplayStore(), // must be named where no time is signed
}).on('*', (event) => book(event.body));

export const app = express();
app.post('/webhooks', webhookHandler(receiver)); // before express.json()
