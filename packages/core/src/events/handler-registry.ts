import { mustBe } from '../errors/describe.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import { isEventPattern, isWildcard, matchesEventPattern } from './event-pattern.js';
import type { EventHandler, WebhookEvent } from './event-types.js';
import { isStandardSchema, type StandardSchema } from './standard-schema.js';

/** What runs for an event type, and the schema that its payload must pass first. */
export interface Route {
  readonly taker: EventHandler<WebhookEvent>;
  readonly schema: StandardSchema | undefined;
}

/** Which handler runs for which event type: the exact name, else the longest pattern, else the unhandled. */
export class HandlerRegistry {
  readonly #schemas: ReadonlyMap<string, StandardSchema> | undefined;
  readonly #exact = new Map<string, EventHandler<WebhookEvent>>();
  #patterns: readonly { readonly pattern: string; readonly handler: EventHandler<WebhookEvent> }[] = [];
  #unhandled: EventHandler<WebhookEvent> | undefined;

  constructor(events: object | undefined) {
    this.#schemas = events === undefined ? undefined : schemaMap(events);
  }

  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#patterns.length === 0 && this.#unhandled === undefined;
  }

  on(pattern: string, handler: EventHandler<WebhookEvent>): void {
    checkHandler(handler);
    if (typeof pattern !== 'string' || !isEventPattern(pattern)) {
      throw mustBe('pattern', 'an event type, a beginning with `.*`, or `*`', pattern, 'invalid_handler');
    }
    if (this.#exact.has(pattern) || this.#patterns.some((known) => known.pattern === pattern)) {
      throw new ConfigurationError('invalid_handler', `\`${pattern}\` has a handler already`);
    }
    if (!this.#matchesKnownType(pattern)) {
      throw new ConfigurationError('invalid_handler', `\`${pattern}\` matches no type in \`events\``);
    }
    if (isWildcard(pattern)) {
      const byLength = [...this.#patterns, { pattern, handler }];
      this.#patterns = byLength.sort((a, b) => b.pattern.length - a.pattern.length);
    } else {
      this.#exact.set(pattern, handler);
    }
  }

  onUnhandled(handler: EventHandler<WebhookEvent>): void {
    checkHandler(handler);
    if (this.#unhandled !== undefined) {
      throw new ConfigurationError('invalid_handler', '`onUnhandled` has a handler already');
    }
    this.#unhandled = handler;
  }

  /** What runs for a type; `undefined` where nothing does. */
  find(type: string): Route | undefined {
    const handler = this.#knows(type) ? this.#handlerOf(type) : undefined;
    if (handler !== undefined) return { taker: handler, schema: this.#schemas?.get(type) };
    return this.#unhandled === undefined ? undefined : { taker: this.#unhandled, schema: undefined };
  }

  /** What a guard demands of a type; `undefined` where it is not in `events`. */
  guardRoute(
    type: string,
  ): { readonly taker: undefined; readonly schema: StandardSchema | undefined } | undefined {
    return this.#knows(type) ? { taker: undefined, schema: this.#schemas?.get(type) } : undefined;
  }

  // Without schemas every type is known.
  #knows(type: string): boolean {
    return this.#schemas === undefined || this.#schemas.has(type);
  }

  #handlerOf(type: string): EventHandler<WebhookEvent> | undefined {
    return (
      this.#exact.get(type) ??
      this.#patterns.find(({ pattern }) => matchesEventPattern(pattern, type))?.handler
    );
  }

  #matchesKnownType(pattern: string): boolean {
    if (this.#schemas === undefined) return true;
    for (const type of this.#schemas.keys()) if (matchesEventPattern(pattern, type)) return true;
    return false;
  }
}

// A Map: `constructor` and `__proto__` are event types like any other.
function schemaMap(events: object): ReadonlyMap<string, StandardSchema> {
  const schemas = new Map<string, StandardSchema>();
  const entries: [string, unknown][] = Object.entries(events);
  for (const [type, schema] of entries) {
    if (!isStandardSchema(schema)) {
      throw mustBe(`events['${type}']`, 'a Standard Schema (zod, valibot, arktype, …)', schema);
    }
    schemas.set(type, schema);
  }
  return schemas;
}

function checkHandler(handler: unknown): void {
  if (typeof handler !== 'function') throw mustBe('handler', 'a function', handler, 'invalid_handler');
}
