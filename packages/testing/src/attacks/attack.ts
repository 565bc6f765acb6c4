import {
  type AcceptedWebhook,
  createReceiver,
  type Receiver,
  type ReceiverOptions,
  type WebhookEvent,
} from '@countersign/core';

/** What an adapter's test mounts for one attack. */
export interface AttackSetup {
  /** For `createReceiver`, as they are. */
  readonly receiver: ReceiverOptions<Record<string, unknown>>;
  /** Whether the framework's own JSON body parser stands before the webhook's route. */
  readonly parserFirst: boolean;
  /**
   * What the application does with an event. Handler mode: the receiver's handler of `*`. Guard mode: the
   * route behind the guard, which answers 2xx once this resolves, and fails the framework's way where it
   * rejects.
   */
  readonly application: (webhook: AcceptedWebhook<WebhookEvent>) => Promise<void>;
}

/** A server on 127.0.0.1 that listens. */
export interface ServedReceiver {
  /** `http://127.0.0.1:` and its port; the webhook's route is `/webhooks`. */
  readonly origin: string;
  /** Ends the server and all of its connections. */
  close(): Promise<void>;
}

/** An adapter under attack. */
export interface AttackTarget {
  readonly mode: 'handler' | 'guard';
  /** For reports: the framework and its version. */
  readonly adapter: string;
  /** Mounts `/webhooks` as the adapter's documentation says, for each setup anew. */
  serve(setup: AttackSetup): Promise<ServedReceiver>;
  /** Attacks that cannot be tried on this adapter, by number, each with the reason. */
  readonly cannot?: Readonly<Record<number, string>> | undefined;
}

/** One attack, or mishap, that every adapter must withstand. */
export interface Attack {
  /** Its place in the corpus, 1 to 27. */
  readonly number: number;
  readonly name: string;
  /** What goes wrong where it is not withstood. */
  readonly why: string;
  /** The reason why it cannot be tried on this target; `undefined` where it can. */
  applies(target: AttackTarget): string | undefined;
  /** Tries it; rejects with an `AssertionError` where it succeeds. */
  run(target: AttackTarget): Promise<void>;
}

/**
 * The receiver that a setup describes, in the mode of the target, for `serve`.
 *
 * @example
 * const serve = async (setup: AttackSetup) => {
 *   const app = express();
 *   if (setup.parserFirst) app.use(express.json());
 *   app.post('/webhooks', webhookHandler(attackReceiver(setup, 'handler')));
 *   return listen(app);
 * };
 */
export function attackReceiver(setup: AttackSetup, mode: AttackTarget['mode']): Receiver {
  const receiver = createReceiver(setup.receiver);
  if (mode === 'guard') return receiver;
  return receiver.on('*', (event, { delivery }) => setup.application({ event, delivery }));
}

/** One attack. */
export function attack(
  number: number,
  name: string,
  why: string,
  run: (target: AttackTarget) => Promise<void>,
): Attack {
  return { number, name, why, applies: (target) => target.cannot?.[number], run };
}
