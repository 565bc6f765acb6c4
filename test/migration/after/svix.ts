import { createReceiver, jsonEnvelope, type Provider, standardWebhooks } from '@countersign/core';
import { webhookGuard } from '@countersign/express';
import express from 'express';

declare function book(event: unknown): Promise<void>;

const { scheme } = standardWebhooks;
const branded = (name: string): string => name.replace(/^webhook-/, 'svix-');

/** Standard Webhooks under the header names `svix-id`, `svix-timestamp` and `svix-signature`. */
export const svix: Provider = {
  ...standardWebhooks,
  name: 'svix',
  scheme: {
    ...scheme,
    name: 'svix',
    headers: scheme.headers.map(branded),
    read: (input) =>
      scheme.read({
        method: input.method,
        url: input.url,
        header: (name) => input.header(branded(name)),
        optionalHeader: (name) => input.optionalHeader(branded(name)),
      }),
    write(message, signatures) {
      const { headers, body } = scheme.write(message, signatures);
      const names = Object.entries(headers).map(([name, value]) => [branded(name), value]);
      return { headers: Object.fromEntries(names), body };
    },
  },
  // What stands in the body is the sender's choice: here `{ "type": …, "data": … }`.
  envelope: jsonEnvelope({
    fields: { type: { body: 'type' }, id: { header: 'svix-id' } },
    data: 'data',
    members: ({ type, data }) => ({ type, data }),
  }),
};

const gate = createReceiver({ provider: svix, secrets: () => process.env['WEBHOOK_SECRET'] });

export const app = express();
app.post('/webhooks', webhookGuard(gate), async (_req, res) => {
  await book(res.locals.webhook.event.body);
  res.sendStatus(204);
});
