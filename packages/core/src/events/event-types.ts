import type { EventField } from '../provider/coverage.js';
import type { Claim } from '../replay/port.js';
import type { WebhookHeaders } from '../request/webhook-request.js';
import type { VerifiedDelivery } from '../verify/verified-delivery.js';
import type { StandardSchema } from './standard-schema.js';

/** A verified event. */
export interface WebhookEvent<Type extends string = string, Data = unknown> {
  /** The event's id; where the wire has none, the delivery's identity. */
  readonly id: string;
  readonly type: Type;
  /** When it happened, where the body says so. */
  readonly timestamp: Date | undefined;
  /** The payload, as its schema returned it. */
  readonly data: Data;
  /** The whole verified body, parsed. */
  readonly body: unknown;
  /** What the provider's signature does not cover: anybody on the way could have changed it. */
  readonly unauthenticated: readonly EventField[];
}

/** What a handler can reach beside the event. */
export interface HandlerContext {
  readonly delivery: VerifiedDelivery;
  /**
   * For stores that commit inside the handler's own transaction; `undefined` with `replay: false`. With an inbox it
   * is the inbox's, for the inbox's own `commit`.
   */
  readonly claim: Claim | undefined;
  readonly headers: WebhookHeaders;
  /** Aborts at `handlerTimeoutMs`, or when the claim is lost to another process. */
  readonly signal: AbortSignal;
}

/** Handles one event; what it throws or rejects with makes the delivery fail, to be sent again. */
export type EventHandler<Event> = (event: Event, context: HandlerContext) => unknown;

/** Event types with the schemas of their payloads. */
export type EventSchemas<Events> = { readonly [Type in keyof Events]: StandardSchema<unknown, Events[Type]> };

type TypeIn<Events> = Extract<keyof Events, string>;

type Prefix<Type extends string, Head extends string = ''> = Type extends `${infer Segment}.${infer Rest}`
  ? `${Head}${Segment}.*` | Prefix<Rest, `${Head}${Segment}.`>
  : never;

/** A known type, a pattern such as `job.*` that matches one of them, or `*`. */
export type EventPattern<Events> =
  string extends TypeIn<Events> ? string : TypeIn<Events> | Prefix<TypeIn<Events>> | '*';

type Matching<Type extends string, Pattern extends string> = Pattern extends '*'
  ? Type
  : Pattern extends `${infer Head}.*`
    ? Extract<Type, `${Head}.${string}`>
    : Extract<Type, Pattern>;

type Distribute<Events, Type extends string> = Type extends keyof Events
  ? WebhookEvent<Type, Events[Type]>
  : never;

/** The union of the events that a pattern matches. */
export type EventFor<Events, Pattern extends string = '*'> =
  string extends TypeIn<Events> ? WebhookEvent : Distribute<Events, Matching<TypeIn<Events>, Pattern>>;
