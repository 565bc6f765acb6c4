import { createReceiver, keyRing, type NamedSecret, type ReceiverOutcome } from '@countersign/core';
import { webhookHandler } from '@countersign/hono';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

/** A named secret of the environment; its window from `<name>_FROM` to `<name>_UNTIL`, where they are set. */
function namedSecret(id: string, name: string): NamedSecret[] {
  const secret = process.env[name];
  if (secret === undefined) return [];
  const [from, until] = [process.env[`${name}_FROM`], process.env[`${name}_UNTIL`]];
  const notBefore = from === undefined ? undefined : new Date(from);
  const notAfter = until === undefined ? undefined : new Date(until);
  return [{ id, secret, notBefore, notAfter }];
}

// Prepared once. A secret that cannot be used, or none at all, ends the process here and says why.
const ring = keyRing([...namedSecret('new', 'WEBHOOK_SECRET'), ...namedSecret('old', 'WEBHOOK_SECRET_OLD')]);

const uses = new Map(ring.ids.map((id) => [id, { deliveries: 0, lastAt: '' }]));

/** Which key signs: when nothing comes with `old` any more, its secret can go. */
function countKeys(outcome: ReceiverOutcome): void {
  if (outcome.kind === 'notice') {
    console.warn(outcome.code, outcome.message);
    return;
  }
  const { code, keyId, eventId } = outcome;
  const use = keyId === undefined ? undefined : uses.get(keyId);
  if (use !== undefined) {
    use.deliveries += 1;
    use.lastAt = new Date().toISOString();
  }
  if (keyId === 'old') console.warn(`${eventId}: still signed with the old key`);
  // After a window's end the diagnosis says so; to the sender it is a 401 like every other.
  if (outcome.kind === 'refused') console.warn(code, outcome.diagnosis ?? outcome.error.message);
}

const receiver = createReceiver({ secrets: ring, onOutcome: countKeys }).on('*', (event) => {
  console.log(`${event.type} (${event.id})`);
});

const app = new Hono();
app.post('/webhooks', webhookHandler(receiver));
app.get('/keys', (c) => c.json(Object.fromEntries(uses))); // for your own network alone

const port = Number(process.env['PORT'] ?? 3000);
const server = serve({ fetch: app.fetch, port }, (info) => console.log(`listening on port ${info.port}`));

process.once('SIGTERM', () => server.close());
