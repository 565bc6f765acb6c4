import { asWebhookError, type WebhookError } from '../errors/webhook-error.js';
import type { TakenDelivery } from '../inbox/port.js';
import type { InboxLink } from '../receiver/inbox-link.js';
import { report } from '../receiver/outcome.js';
import { handlerFailed, handlerTimeout, inTime, settle } from '../receiver/run-handler.js';
import { isPromise } from '../time/maybe-promise.js';
import { type Restored, restore } from './restore.js';

/** One run of a handler for a taken delivery. */
export class Attempt {
  readonly taken: TakenDelivery;
  readonly startedMs = performance.now();
  readonly #link: InboxLink;
  readonly #controller = new AbortController();
  #reason: WebhookError | undefined;

  constructor(taken: TakenDelivery, link: InboxLink) {
    this.taken = taken;
    this.#link = link;
  }

  /** Aborts the handler's signal; should the handler fail now, this is why. */
  abort(reason: WebhookError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller.abort(reason);
  }

  /** Why it failed; `undefined` where the handler resolved. It lasts for as long as the handler does. */
  async run(): Promise<WebhookError | undefined> {
    try {
      return await this.#handle(await restore(this.#link, this.taken.delivery));
    } catch (thrown) {
      return asWebhookError(thrown);
    }
  }

  async #handle({ event, handler, delivery, headers }: Restored): Promise<WebhookError | undefined> {
    const { settings } = this.#link;
    const { signal } = this.#controller;
    const running = settle(() => handler(event, { delivery, claim: this.taken.claim, headers, signal }));
    if (isPromise(running) && (await inTime(settings, running)) === undefined) {
      const error = handlerTimeout(settings, event.type);
      const message = `${error.message}; its signal was aborted, and ${event.id} stays taken until it settles`;
      report(settings.onOutcome, {
        kind: 'notice',
        code: 'handler_timeout',
        receiver: settings.name,
        message,
      });
      this.abort(error);
    }
    const outcome = await running;
    if (!outcome.failed) return undefined;
    return this.#reason ?? handlerFailed(event.type, outcome.cause);
  }
}
