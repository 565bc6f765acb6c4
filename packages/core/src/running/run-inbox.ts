import { finiteNumber, mustBe } from '../errors/describe.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import { type InboxLink, inboxLinks } from '../receiver/inbox-link.js';
import type { WebhookDispatcher } from '../request/webhook-response.js';
import { InboxWorker } from './inbox-worker.js';
import { type RunInboxOptions, runSettings } from './run-options.js';

/** An inbox whose handlers run in this process. */
export interface RunningInbox {
  /**
   * Takes nothing new, and waits for the handlers that run, at most `timeoutMs` (default 10,000). Then their signals
   * abort, and what they have not done is taken again when its lease ends. The receiver goes on to acknowledge.
   */
  stop(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
}

const running = new WeakSet<InboxLink>();

/**
 * Runs the handlers of a receiver with `ack: 'before'`, for what this and other processes have put into its inbox.
 * Several processes share the work of one that they share; a process that only receives need not run it.
 *
 * Resolves once it has begun; rejects where the inbox cannot be reached, and with a `ConfigurationError` for options
 * that cannot work, for a receiver without an inbox or handlers, and where this process runs it already.
 *
 * @example
 * const receiver = createReceiver({
 *   secrets: () => process.env.WEBHOOK_SECRET,
 *   ack: 'before',
 *   inbox: sqliteInbox({ path: 'inbox.db' }),
 * }).on('invoice.paid', (event) => book(event.data));
 * const running = await runInbox(receiver);
 * process.once('SIGTERM', () => running.stop({ timeoutMs: 10_000 }));
 */
export async function runInbox(
  receiver: WebhookDispatcher,
  options: RunInboxOptions = {},
): Promise<RunningInbox> {
  const link = typeof receiver === 'object' && receiver !== null ? inboxLinks.get(receiver) : undefined;
  if (link === undefined) {
    throw mustBe('receiver', "one that was created with `ack: 'before'` and an `inbox`", receiver);
  }
  const settings = runSettings(options);
  link.mount();
  if (running.has(link)) {
    throw new ConfigurationError(
      'invalid_option',
      'the inbox of this receiver is running already: stop it first',
    );
  }
  running.add(link);
  const worker = new InboxWorker(link, settings);
  try {
    await worker.start();
  } catch (error) {
    running.delete(link);
    throw error;
  }
  link.onStored = () => worker.poke();
  let stopping: Promise<void> | undefined;
  return {
    stop({ timeoutMs = 10_000 } = {}) {
      stopping ??= worker.stop(finiteNumber('timeoutMs', timeoutMs, 0)).finally(() => running.delete(link));
      return stopping;
    },
  };
}
