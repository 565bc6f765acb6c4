import { fromFetchRequest, toFetchResponse } from '../bridges/fetch.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import type { EventFor, EventHandler, EventPattern, WebhookEvent } from '../events/event-types.js';
import { HandlerRegistry } from '../events/handler-registry.js';
import { unauthenticatedFields } from '../provider/coverage.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookDispatcher, WebhookResponse } from '../request/webhook-response.js';
import { type Acceptance, holdForApplication, type WebhookGate } from './accept.js';
import { type InboxLink, inboxLinks } from './inbox-link.js';
import {
  type InboxReceiverOptions,
  type ReceiverOptions,
  type ReceiverSettings,
  receiverSettings,
  signsAttemptTime,
} from './options.js';
import { report } from './outcome.js';
import { putInInbox } from './put-in-inbox.js';
import { type Routing, receive } from './receive.js';
import { runHandler } from './run-handler.js';
import { Trace } from './trace.js';

/** What a Fetch API platform may pass beside the request. */
export interface FetchContext {
  waitUntil?(work: Promise<unknown>): void;
}

/** Receives the deliveries of one provider: as a dispatcher with handlers, or as a guard without. */
export interface Receiver<Events = Record<string, unknown>>
  extends WebhookDispatcher,
    WebhookGate<EventFor<Events>> {
  /**
   * Adds the handler of an event type, of a beginning such as `job.*`, or of `*`. Exactly one runs for each
   * event: the exact name's, else the longest pattern's. Throws for a second handler of the same pattern, a
   * pattern that matches no type in `events`, and after the first mount or request.
   */
  on<Pattern extends EventPattern<Events>>(
    pattern: Pattern,
    handler: EventHandler<EventFor<Events, Pattern>>,
  ): this;
  /** Handles what nothing else does, unknown types included; without it they are answered `ignored`. */
  onUnhandled(handler: EventHandler<WebhookEvent>): this;
  /** Answers one request; never rejects. */
  handle(request: WebhookRequest): Promise<WebhookResponse>;
  /** Verifies and claims one request for the application's own handler; never rejects. */
  accept(request: WebhookRequest): Promise<Acceptance<EventFor<Events>>>;
  /** `handle` for the Fetch API, bound: `export default { fetch: receiver.fetch }`. */
  readonly fetch: (request: Request, environment?: unknown, context?: FetchContext) => Promise<Response>;
  mount(mode: 'handler' | 'guard'): void;
}

/**
 * The events of a receiver, for handlers in files of their own.
 *
 * @example
 * const onFailed = (event: EventOf<typeof receiver, 'job.failed'>): void => page(event.data.error);
 */
export type EventOf<R, Pattern extends string = '*'> =
  R extends Receiver<infer Events> ? EventFor<Events, Pattern> : never;

/**
 * A receiver for one provider on one URL.
 *
 * Throws a `ConfigurationError` for options that cannot work. Requests never throw: their failures are
 * answered, and told to `onOutcome`.
 *
 * @example
 * const receiver = createReceiver({
 *   secrets: () => process.env.WEBHOOK_SECRET,
 *   events: { 'invoice.paid': z.object({ amount: z.number() }) },
 * }).on('invoice.paid', async (event) => {
 *   await book(event.data.amount);
 * });
 */
export function createReceiver<Events = Record<string, unknown>>(
  options: ReceiverOptions<Events> | InboxReceiverOptions<Events>,
): Receiver<Events> {
  const untyped: Receiver = new WebhookReceiver(
    receiverSettings(options),
    new HandlerRegistry(options.events),
  );
  // The registry runs a handler only for types that its pattern matches, and `validate` gave the payload its
  // schema's type: what `Events` says holds, though the compiler cannot follow it through a Map.
  return untyped as unknown as Receiver<Events>;
}

type Mode = 'handler' | 'guard';

class WebhookReceiver implements Receiver {
  readonly #settings: ReceiverSettings;
  readonly #registry: HandlerRegistry;
  readonly #routing: Routing<EventHandler<WebhookEvent>>;
  readonly #inbox: InboxLink | undefined;
  #mode: Mode | undefined;

  constructor(settings: ReceiverSettings, registry: HandlerRegistry) {
    this.#settings = settings;
    this.#registry = registry;
    this.#routing = {
      unauthenticated: unauthenticatedFields(settings.provider),
      destinationOf: (type) => registry.find(type),
    };
    const { inbox } = settings;
    if (inbox === undefined) return;
    this.#inbox = {
      inbox,
      settings,
      routing: this.#routing,
      mount: () => this.mount('handler'),
      onStored() {},
    };
    inboxLinks.set(this, this.#inbox);
  }

  readonly fetch: Receiver['fetch'] = async (request, _environment, context) => {
    const waitUntil = context?.waitUntil?.bind(context);
    return toFetchResponse(await this.handle(fromFetchRequest(request, { waitUntil })), request);
  };

  on(pattern: string, handler: EventHandler<WebhookEvent>): this {
    this.#checkOpen();
    this.#registry.on(pattern, handler);
    return this;
  }

  onUnhandled(handler: EventHandler<WebhookEvent>): this {
    this.#checkOpen();
    this.#registry.onUnhandled(handler);
    return this;
  }

  mount(mode: Mode): void {
    if (mode === 'handler' && this.#registry.isEmpty) {
      throw new ConfigurationError(
        'invalid_handler',
        'the receiver has no handlers: add them with `.on` before it is mounted, or mount it as a guard, before a handler of your own',
      );
    }
    if (mode === 'guard' && !this.#registry.isEmpty) {
      throw new ConfigurationError(
        'invalid_handler',
        "a guard runs the application's own handler: its receiver must have none, or be mounted by the adapter's handler",
      );
    }
    if (mode === 'guard' && this.#inbox !== undefined) {
      throw new ConfigurationError(
        'invalid_handler',
        "a guard runs the application's own handler at once: leave out `ack: 'before'`, or mount the adapter's handler",
      );
    }
    if (this.#mode === undefined) this.#noticeLocalStore();
    this.#mode = mode;
  }

  async handle(request: WebhookRequest): Promise<WebhookResponse> {
    const trace = new Trace(this.#settings);
    try {
      this.mount('handler');
      const { received, response } = await receive(this.#settings, request, trace, this.#routing);
      if (response !== undefined) return response;
      return this.#inbox === undefined
        ? await runHandler(this.#settings, request, trace, received)
        : await putInInbox(this.#inbox, request, trace, received);
    } catch (error) {
      return trace.refused(error, request);
    }
  }

  async accept(request: WebhookRequest): Promise<Acceptance<WebhookEvent>> {
    const trace = new Trace(this.#settings);
    try {
      this.mount('guard');
      const { received, response } = await receive(this.#settings, request, trace, {
        ...this.#routing,
        destinationOf: (type) => this.#registry.guardRoute(type),
      });
      if (response !== undefined) return { accepted: false, response };
      const { event, delivery } = received;
      return {
        accepted: true,
        event,
        delivery,
        settle: holdForApplication(this.#settings, request, trace, received),
      };
    } catch (error) {
      return { accepted: false, response: trace.refused(error, request) };
    }
  }

  #checkOpen(): void {
    if (this.#mode !== undefined) {
      throw new ConfigurationError(
        'invalid_handler',
        'handlers are added before the receiver is mounted or used',
      );
    }
  }

  #noticeLocalStore(): void {
    const { replay, rules, onOutcome, name } = this.#settings;
    if (replay === undefined || replay.shared || signsAttemptTime(rules)) return;
    const message = `${rules.provider.name} signs no time of the attempt and the replay store is not shared: a copy is refused by this process alone, until it restarts`;
    report(onOutcome, { kind: 'notice', code: 'replay_store_is_local', receiver: name, message });
  }
}
