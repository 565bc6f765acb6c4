import {
  type AttemptOutcome,
  createReceiver,
  type Inbox,
  type InboxReceiverOptions,
  type OutcomeHook,
  type Receiver,
  type ReceiverOptions,
  type ReceiverOutcome,
  type WebhookErrorCode,
} from '@countersign/core';
import { runInbox } from '@countersign/core/inbox';
import { postgresInbox } from '@countersign/postgres';
import { Client, Pool } from 'pg';
import { z } from 'zod';
import { holds, type IsAny, type Same } from './expect-type.js';

const secrets = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
const inbox = postgresInbox({ client: new Pool() });

// ------------------------------------------------ acknowledged before only with an inbox
// @ts-expect-error nothing would keep what is acknowledged
createReceiver({ secrets, ack: 'before' });
// @ts-expect-error nor here
createReceiver({ secrets, ack: 'before', inbox: undefined });
// @ts-expect-error an inbox is used by `ack: 'before'` alone
createReceiver({ secrets, inbox });
// @ts-expect-error the same
createReceiver({ secrets, ack: 'after', inbox });
// @ts-expect-error a replay store is no inbox
createReceiver({ secrets, ack: 'before', inbox: { claim: () => 'claimed' } });
// @ts-expect-error misspelt
createReceiver({ secrets, ack: 'first', inbox });
createReceiver({ secrets, ack: 'after' });
createReceiver({ secrets, ack: undefined, inbox: undefined });

// ------------------------------------------------ events are typed as ever
const receiver = createReceiver({
  secrets: (request) => (request.url === '/' ? { tenant: 'acme', secrets } : undefined),
  ack: 'before',
  inbox,
  events: { 'job.done': z.object({ n: z.coerce.number() }) },
  onOutcome: (outcome) => {
    holds<[Same<typeof outcome, ReceiverOutcome | AttemptOutcome>, Same<IsAny<typeof outcome>, false>]>();
    if (outcome.kind !== 'attempt') return;
    holds<[Same<typeof outcome.attempt, number>]>();
    if (outcome.error === undefined)
      return holds<[Same<typeof outcome.code, 'processed' | 'commit_failed'>]>();
    holds<
      [
        Same<typeof outcome.code, WebhookErrorCode>,
        Same<typeof outcome.next, 'retry' | 'failed' | 'elsewhere'>,
        Same<typeof outcome.retryInMs, number | undefined>,
      ]
    >();
  },
}).on('job.done', async (event, { claim, signal }) => {
  holds<[Same<typeof event.data, { n: number }>, Same<typeof signal, AbortSignal>]>();
  await inbox.commit(claim, { transaction: new Client() });
  // @ts-expect-error without one it would commit nothing
  await inbox.commit(claim);
});
holds<[Same<typeof receiver, Receiver<{ 'job.done': { n: number } }>>]>();

// ------------------------------------------------ a hook that knows no attempts is not given any
declare const hook: OutcomeHook;
createReceiver({ secrets, onOutcome: hook });
// @ts-expect-error it would be told of attempts
createReceiver({ secrets, ack: 'before', inbox, onOutcome: hook });
createReceiver({
  secrets,
  onOutcome: (outcome) => holds<[Same<typeof outcome, ReceiverOutcome>]>(),
});

// ------------------------------------------------ options can be made apart, and be undefined
declare const options:
  | InboxReceiverOptions<Record<string, unknown>>
  | ReceiverOptions<Record<string, unknown>>;
createReceiver(options);
const nothing = Math.random() > 2 ? undefined : undefined;
void runInbox(receiver, {
  concurrency: nothing,
  retry: nothing,
  pollMs: nothing,
  doneRetentionDays: nothing,
  failedRetentionDays: nothing,
  random: nothing,
}).then((running) => running.stop({ timeoutMs: nothing }));
void runInbox(receiver, {
  retry: { maxAttempts: 3, initialDelayMs: 1, multiplier: 2, maxDelayMs: 9, jitter: 0.5 },
});
// @ts-expect-error the unit is part of the name
void runInbox(receiver, { poll: 1000 });
// @ts-expect-error no receiver
void runInbox(inbox);

const store: Inbox = inbox;
void store;
