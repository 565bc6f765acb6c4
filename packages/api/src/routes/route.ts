import type { z } from 'zod';
import { type Caller, isOperator } from '../authenticate/caller.js';
import type { Access } from '../authenticate/guard.js';
import { checked, type InputSchemas } from '../problem/input-faults.js';
import type { ProblemCode } from '../problem/management-errors.js';
import { strictObject } from '../schemas/components.js';
import type { Services } from './services.js';

/** What a handler is given. */
export interface Call<Query, Body> extends Services {
  readonly caller: Caller;
  /** The endpoint of the path; empty where it has none. */
  readonly id: string;
  /** The delivery of the path; empty where it has none. */
  readonly deliveryId: string;
  readonly query: Query;
  readonly body: Body;
  /** The body as it was written. */
  readonly bodyText: string;
  readonly headers: Headers;
}

/** What a handler answers. */
export interface Reply<Content> {
  readonly content: Content;
  /** Default: the route's. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A header, for the document. */
export interface HeaderNote {
  readonly name: string;
  readonly description: string;
}

/** What a route answers when all is well. */
export interface AnswerNote<Content> {
  readonly status: number;
  readonly description: string;
  /** Default: no content. */
  readonly schema?: z.ZodType<Content> | undefined;
  /** Default `application/json`. */
  readonly mediaType?: string | undefined;
  readonly headers?: readonly HeaderNote[] | undefined;
}

/** What is known of a route before it is called: the OpenAPI document is made of it. */
export interface RouteNote<Content = unknown> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `/webhooks/{id}` */
  readonly path: string;
  readonly operationId: string;
  readonly tag: 'webhooks' | 'deliveries' | 'events' | 'system';
  readonly summary: string;
  readonly description?: string | undefined;
  readonly access: Access;
  /** Only for callers who see all tenants. */
  readonly operatorsOnly?: boolean | undefined;
  /** Whether it heeds `If-Match`. */
  readonly isConditional?: boolean | undefined;
  readonly headers?: readonly HeaderNote[] | undefined;
  readonly answer: AnswerNote<Content>;
  /** Another answer that is no problem. */
  readonly otherwise?:
    | { readonly status: number; readonly description: string; readonly schema: z.ZodType }
    | undefined;
  /** Refusals beside those that every route has. */
  readonly problems?: readonly ProblemCode[] | undefined;
}

/** A route as it is written. */
export interface RouteSpec<Query, Body, Content> extends RouteNote<Content>, InputSchemas<Query, Body> {
  /** What those who are no operators can say, where that is less. */
  readonly others?: Partial<InputSchemas<NoInfer<Query>, NoInfer<Body>>> | undefined;
  // `NoInfer`: the schema says what the answer is, not the handler.
  handle(call: Call<Query, Body>): Promise<Reply<NoInfer<Content>>>;
}

/** A route, ready to be served and documented. */
export interface Route extends RouteNote, InputSchemas<unknown, unknown> {
  /** Checks query and body, and answers. */
  respond(call: Call<unknown, unknown>): Promise<Reply<unknown>>;
}

const noMembers = strictObject({});

/** Neither parameters nor a body. */
export const nothing = { query: noMembers, body: noMembers };

/** A route whose handler is typed by its schemas. */
export function defineRoute<Query, Body, Content>(spec: RouteSpec<Query, Body, Content>): Route {
  return {
    ...spec,
    respond: async (call) =>
      spec.handle({
        ...call,
        ...checked(isOperator(call.caller) ? spec : { ...spec, ...spec.others }, call),
      }),
  };
}

/** Whose things a call is about. */
export function scopeOf({ caller }: Pick<Call<unknown, unknown>, 'caller'>): {
  readonly tenant: string | undefined;
} {
  return { tenant: caller.tenant };
}

/** The tenant of something new: the caller's, or the one that an operator names. Nobody else's schema has one. */
export function newTenant(caller: Caller, named: string | undefined): string | undefined {
  return isOperator(caller) ? named : caller.tenant;
}
