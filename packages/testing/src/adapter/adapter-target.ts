import {
  type AcceptedWebhook,
  createReceiver,
  type Receiver,
  type ReceiverOptions,
  type WebhookEvent,
} from '@countersign/core';

/**
 * What the application behind a guard answers; `body` is what `new Response` takes. A stream may fail in the
 * middle, or its client leave: whatever writes it must take that.
 */
export interface ApplicationAnswer {
  readonly status: number;
  readonly body: ReadableStream<Uint8Array> | string | null;
}

/** What an adapter's test mounts for one rule of the contract. */
export interface AdapterSetup {
  /** For `createReceiver`, as they are. */
  readonly receiver: ReceiverOptions<Record<string, unknown>>;
  /** Whether the framework's own JSON body parser stands before the webhook's route. */
  readonly parserFirst: boolean;
  /**
   * What the application does with an event. Handler mode: the receiver's handler of `*`, which answers
   * nothing. Guard mode: the route behind the guard, which answers what this resolves to, and fails the
   * framework's way where it rejects.
   */
  readonly application: (webhook: AcceptedWebhook<WebhookEvent>) => Promise<ApplicationAnswer>;
}

/** A server on 127.0.0.1 that listens. */
export interface ServedReceiver {
  /** `http://127.0.0.1:` and its port; the webhook's route is `/webhooks`. */
  readonly origin: string;
  /** Ends the server and all of its connections. */
  close(): Promise<void>;
}

/** An adapter in one of its modes, for {@link adapterContract}. */
export interface AdapterTarget {
  readonly mode: 'handler' | 'guard';
  /** For reports: the framework and its version. */
  readonly adapter: string;
  /** Mounts `/webhooks` for every method as the adapter's documentation says, for each setup anew. */
  serve(setup: AdapterSetup): Promise<ServedReceiver>;
  /** Rules that cannot be tried on this adapter, by name, each with the reason. */
  readonly cannot?: Readonly<Record<string, string>> | undefined;
  /** How long a rule waits for what must happen before it calls it a hang. Default 10,000. */
  readonly patienceMs?: number | undefined;
}

/** One thing that every adapter must do or withstand. */
export interface AdapterRule {
  /** What must hold; unique, and what `cannot` names. */
  readonly name: string;
  /** The one mode that it is about; both by default. */
  readonly mode?: AdapterTarget['mode'] | undefined;
  /** Tries it; rejects with an `AssertionError` where it does not hold. */
  run(target: AdapterTarget): Promise<void>;
}

/**
 * The receiver that a setup describes, for `serve`.
 *
 * @example
 * const serve = async (setup: AdapterSetup) => {
 *   const app = express();
 *   if (setup.parserFirst) app.use(express.json());
 *   app.all('/webhooks', webhookHandler(receiverFor(setup, 'handler')));
 *   return listen(app);
 * };
 */
export function receiverFor(setup: AdapterSetup, mode: AdapterTarget['mode']): Receiver {
  const receiver = createReceiver(setup.receiver);
  if (mode === 'guard') return receiver;
  return receiver.on('*', async (event, { delivery }) => {
    await setup.application({ event, delivery });
  });
}
