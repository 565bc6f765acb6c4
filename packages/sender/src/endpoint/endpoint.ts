import type { EventPattern, RetryPolicy } from '@countersign/core';
import { shownTenant } from '../ids/scope.js';
import type { DisabledReason, EndpointRecord, EndpointStatus, EventFilters } from '../ports/records.js';

/** What people decide about an endpoint. */
export interface EndpointChoices<Events = Record<string, unknown>> {
  /** Event types, beginnings such as `job.*`, or `*`. Default: all. */
  readonly events?: readonly EventPattern<Events>[] | undefined;
  /** What an event's data must be, beside its type. */
  readonly filters?: EventFilters | undefined;
  /**
   * Headers to be sent with every delivery. Their values can be written and never read. Names that a scheme, an
   * envelope or HTTP itself writes are refused.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How failed attempts are repeated. Default: the sender's `retry`, which also has `clientErrors` and `disable` where they are left out. */
  readonly retry?: RetryPolicy | undefined;
  /** Exchanges in flight at once, 1 to 1,000. Default: the sender's `endpointConcurrency`. */
  readonly concurrency?: number | undefined;
  /** At most this many attempts a second, in bursts of up to a second's worth. Default: no limit. */
  readonly rateLimit?: { readonly perSecond: number } | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
}

/** An endpoint to be made. */
export interface EndpointInput<Events = Record<string, unknown>> extends EndpointChoices<Events> {
  /** Where deliveries are posted to; `https:` unless the sender has `allowHttp`. */
  readonly url: string;
  /** Whose events it gets. Without one it gets the events that have none. */
  readonly tenant?: string | undefined;
  /** Default: a new one, `wh_…`. */
  readonly id?: string | undefined;
  /** What signs its deliveries, in the provider's form, at least 16 bytes. Default: a new one. */
  readonly secret?: string | undefined;
  /** Default `true`. */
  readonly enabled?: boolean | undefined;
}

/** Changes of an endpoint: what is left out stays, `null` takes a choice back. `headers` are replaced as a whole. */
export type EndpointChanges<Events = Record<string, unknown>> = {
  readonly [Choice in keyof EndpointChoices<Events>]?: EndpointChoices<Events>[Choice] | null;
} & { readonly url?: string | undefined };

/** An endpoint as it is read: without its secrets, and without the values of its headers. */
export interface Endpoint {
  readonly id: string;
  readonly tenant: string | undefined;
  readonly url: string;
  readonly status: EndpointStatus;
  /** Why it is disabled: somebody asked (`requested`), it answered 410 (`gone`), it did nothing but fail (`failing`). */
  readonly disabledReason: DisabledReason | undefined;
  readonly events: readonly string[];
  readonly filters: EventFilters | undefined;
  readonly headerNames: readonly string[];
  readonly retry: RetryPolicy | undefined;
  readonly concurrency: number | undefined;
  readonly rateLimit: { readonly perSecond: number } | undefined;
  readonly name: string | undefined;
  readonly description: string | undefined;
  /** The newest first; the others still sign, or wait, until they expire. */
  readonly secrets: readonly { readonly id: string; readonly expiresInMs: number | undefined }[];
  /** Grows with every change. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An endpoint that was just made, or whose secret was: the only time that the secret is shown. */
export interface EndpointWithSecret extends Endpoint {
  readonly secret: string;
}

/** What a record shows. */
export function endpointView(record: EndpointRecord): Endpoint {
  const { id, tenant, status, disabledReason, events, filters, secrets, settings, revision } = record;
  return {
    id,
    tenant: shownTenant(tenant),
    url: settings.url,
    status,
    disabledReason,
    events,
    filters,
    headerNames: Object.keys(settings.headers ?? {}),
    retry: settings.retry,
    concurrency: settings.concurrency,
    rateLimit: settings.rateLimit,
    name: settings.name,
    description: settings.description,
    secrets: secrets.map(({ id, expiresInMs }) => ({ id, expiresInMs })),
    revision,
    createdAt: new Date(record.createdAtMs),
    updatedAt: new Date(record.updatedAtMs),
  };
}
