import {
  ConfigurationError,
  type Now,
  type Provider,
  type RetryPolicy,
  type Schedule,
  type StandardSchema,
  standardWebhooks,
} from '@countersign/core';
import { isStandardSchema, mustBe } from '@countersign/core/strict';
import { retryPlan } from './attempt/retry-schedule.js';
import type { TargetDefaults } from './attempt/target.js';
import { type WireFormat, wireFormat } from './attempt/wire-format.js';
import type { EndpointRules } from './endpoint/endpoint-input.js';
import { checkedRetryPolicy } from './endpoint/retry-policy.js';
import { type AllowedPort, DEFAULT_PORTS, type UrlPolicy } from './endpoint/url-policy.js';
import { createVault, type EncryptionOptions } from './endpoint/vault.js';
import { checkNames } from './errors/names.js';
import { isSenderError } from './errors/sender-error.js';
import { type EventRules, isEventType, TYPE_RULE } from './event/new-event.js';
import type { SlotLimits } from './lane/exchange-slots.js';
import { Reporter } from './observe/reporter.js';
import type { SenderOutcomeHook } from './observe/sender-outcome.js';
import type { DeliveryQueue } from './ports/delivery-queue.js';
import type { DeliveryStore } from './ports/delivery-store.js';
import type { Transport } from './ports/transport.js';
import { type Clock, clockOf } from './time/clock.js';
import { addressPolicy } from './transport/address-policy.js';
import { httpTransport } from './transport/http-transport.js';

const DAY_MS = 24 * 3_600_000;
const LEAST_RETENTION_DAYS = 1;

/** The types of events, each with the schema of its data: typed by what the schema takes in. */
export type EventInputs<Events> = { readonly [Type in keyof Events]: StandardSchema<Events[Type], unknown> };

/** Options of `createSender`. */
export interface SenderOptions<Events, Transaction> {
  /** Where everything is kept: `sqliteStore({ path })`, or `memoryStore()` in tests. */
  readonly store: DeliveryStore<Transaction>;
  /** How deliveries are written and signed. Default: `standardWebhooks`. */
  readonly provider?: Provider | undefined;
  /** Providers that sign the same body too, in headers of their own: for a change of systems. */
  readonly alsoSign?: readonly Provider[] | undefined;
  /** Event types with their Standard Schemas: `send` is typed by them, and refuses what does not fit. */
  readonly events?: EventInputs<Events> | undefined;
  /** Told of every attempt, of endpoints that were disabled, and of notices. Default: the latter are process warnings. */
  readonly onEvent?: SenderOutcomeHook | undefined;
  /**
   * How failed attempts are repeated. Default: the provider's `retry`, or that of Standard Webhooks; one that is given
   * stands alone, so without `disable` no endpoint is disabled for failing.
   */
  readonly retry?: RetryPolicy | undefined;
  /** Exchanges in flight at once, in all. Default 128. Those that last longer than 2 s leave it to the others. */
  readonly concurrency?: number | undefined;
  /** Exchanges in flight at once that last longer than 2 s. Default 1,000. */
  readonly slowConcurrency?: number | undefined;
  /** Exchanges in flight at once at one endpoint, where it says nothing. Default 8. */
  readonly endpointConcurrency?: number | undefined;
  /** How long one attempt may take, from the resolution of the name to the end of the answer. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** The most that an event's data may be, as JSON in UTF-8. Default 262,144. */
  readonly maxEventBytes?: number | undefined;
  /** Lets endpoints have `http:` URLs. Default `false`: for development. */
  readonly allowHttp?: boolean | undefined;
  /**
   * Lets endpoints have addresses that are not on the public Internet: all but link-local, metadata services and what is
   * no unicast, or those within the given CIDR ranges. Default: none.
   */
  readonly allowPrivateNetworks?: boolean | readonly string[] | undefined;
  /** Ports that endpoints may have. Default 443, 80, and 1024 to 65535. */
  readonly allowedPorts?: readonly AllowedPort[] | undefined;
  /** A forward proxy for the default transport. It resolves the names, so which addresses are allowed is its affair. */
  readonly proxy?: string | undefined;
  /** How requests are made. Default: keep-alive pools over undici. */
  readonly transport?: Transport | undefined;
  /** Who passes wake-ups on. Default: this process, by what its record says. */
  readonly queue?: DeliveryQueue<NoInfer<Transaction>> | undefined;
  /** Seals secrets and header values in the record. Default: they are stored as they are, which a notice says. */
  readonly encryption?: EncryptionOptions | undefined;
  /** How long events are kept with all that became of them. Default 30; `false`: for ever. */
  readonly retentionDays?: number | false | undefined;
  /** Whose answers are kept, up to 4 KiB. Default `failures`. */
  readonly storeResponseBody?: 'failures' | 'always' | 'never' | undefined;
  /** Epoch milliseconds, for what is signed; default `Date.now`. The store has a clock of its own. */
  readonly now?: Now | undefined;
  /** Runs a function later; default `setTimeout`. Tests give a fake clock's. */
  readonly schedule?: Schedule | undefined;
  /** 0 to 1, for jitter; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const NAMES = Object.keys({
  store: 0,
  provider: 0,
  alsoSign: 0,
  events: 0,
  onEvent: 0,
  retry: 0,
  concurrency: 0,
  slowConcurrency: 0,
  endpointConcurrency: 0,
  requestTimeoutMs: 0,
  maxEventBytes: 0,
  allowHttp: 0,
  allowPrivateNetworks: 0,
  allowedPorts: 0,
  proxy: 0,
  transport: 0,
  queue: 0,
  encryption: 0,
  retentionDays: 0,
  storeResponseBody: 0,
  now: 0,
  schedule: 0,
  random: 0,
} satisfies Record<keyof SenderOptions<never, never>, 0>);

/** {@link SenderOptions}, checked and complete. */
export interface SenderSettings {
  readonly wire: WireFormat;
  readonly endpointRules: EndpointRules;
  readonly eventRules: EventRules;
  readonly targets: TargetDefaults;
  readonly slots: SlotLimits;
  readonly firstDelayMs: number;
  readonly requestTimeoutMs: number;
  readonly transport: Transport;
  readonly retentionMs: number | undefined;
  readonly storeResponseBody: 'failures' | 'always' | 'never';
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Checks the options, in one sentence each, and fills in the defaults. */
export function senderSettings<Events, Transaction>(
  options: SenderOptions<Events, Transaction>,
): SenderSettings {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `store`', options);
  configured(() => checkNames('options', options, NAMES));
  const { store, provider = standardWebhooks, alsoSign = [], random = Math.random, onEvent } = options;
  if (typeof store?.open !== 'function')
    throw mustBe('store', 'a delivery store such as `sqliteStore({ path })`', store);
  for (const field of ['onEvent', 'now', 'schedule', 'random'] as const) {
    const value = options[field];
    if (value !== undefined && typeof value !== 'function') throw mustBe(field, 'a function', value);
  }
  const { queue } = options;
  if (queue !== undefined && (typeof queue?.consume !== 'function' || typeof queue.wake !== 'function'))
    throw mustBe('queue', 'a delivery queue, with `wake` and `consume`', queue);
  const clock = clockOf(options);
  const wire = wireFormat(provider, alsoSign);
  const vault = createVault(options.encryption);
  const urlPolicy = urlPolicyOf(options);
  const retry = configured(() =>
    checkedRetryPolicy(options.retry ?? provider.retry ?? standardWebhooks.retry),
  );
  const schemas = schemasOf(options.events);
  const count = countReader(options);
  return {
    wire,
    endpointRules: {
      urlPolicy,
      reservedHeaders: wire.headerNames,
      eventTypes: schemas === undefined ? undefined : new Set(schemas.keys()),
      vault,
    },
    eventRules: { schemas, maxEventBytes: count('maxEventBytes', 262_144), now: clock.now },
    targets: { vault, urlPolicy, retry, concurrency: count('endpointConcurrency', 8) },
    slots: { concurrency: count('concurrency', 128), slowConcurrency: count('slowConcurrency', 1000) },
    firstDelayMs: retryPlan(retry).delaysMs[0] ?? 0,
    requestTimeoutMs: count('requestTimeoutMs', 30_000),
    transport: transportOf(options),
    retentionMs: retentionOf(options.retentionDays),
    storeResponseBody: storedBodies(options.storeResponseBody),
    reporter: new Reporter(onEvent, clock.steadyNow),
    clock,
    random,
  };
}

type CountOption =
  | 'concurrency'
  | 'slowConcurrency'
  | 'endpointConcurrency'
  | 'requestTimeoutMs'
  | 'maxEventBytes';

function countReader(options: Pick<SenderOptions<never, never>, CountOption>) {
  return (field: CountOption, byDefault: number): number => {
    const value = options[field] ?? byDefault;
    if (Number.isInteger(value) && value >= 1) return value;
    throw mustBe(field, 'a whole number >= 1', value);
  };
}

/** What calls are refused for by a `SenderError`, a configuration is by an error of its own. */
function configured<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (!isSenderError(cause)) throw cause;
    throw new ConfigurationError('invalid_option', cause.message, { cause });
  }
}

type NetworkOptions = Pick<
  SenderOptions<never, never>,
  'allowHttp' | 'allowPrivateNetworks' | 'allowedPorts'
>;

function urlPolicyOf({
  allowHttp = false,
  allowPrivateNetworks = false,
  allowedPorts = DEFAULT_PORTS,
}: NetworkOptions): UrlPolicy {
  if (typeof allowHttp !== 'boolean') throw mustBe('allowHttp', 'true or false', allowHttp);
  if (!Array.isArray(allowedPorts)) throw mustBe('allowedPorts', 'a list of ports and ranges', allowedPorts);
  for (const [index, allowed] of allowedPorts.entries()) {
    const ends: readonly unknown[] = typeof allowed === 'number' ? [allowed] : [allowed?.from, allowed?.to];
    const isPorts = ends.every(
      (port) => Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535,
    );
    if (!isPorts || Number(ends[0]) > Number(ends.at(-1))) {
      throw mustBe(`allowedPorts[${index}]`, 'a port, or `{ from, to }` in that order', allowed);
    }
  }
  return {
    allowHttp,
    allowLocalNames: allowPrivateNetworks !== false,
    allowedPorts,
    allowsAddress: addressPolicy({ allowPrivateNetworks }),
  };
}

function schemasOf<Events>(
  events: EventInputs<Events> | undefined,
): ReadonlyMap<string, StandardSchema> | undefined {
  if (events === undefined) return undefined;
  if (typeof events !== 'object' || events === null)
    throw mustBe('events', 'an object of types and schemas', events);
  const schemas = new Map<string, StandardSchema>();
  for (const [type, schema] of Object.entries<unknown>(events)) {
    if (!isEventType(type)) {
      throw new ConfigurationError(
        'invalid_option',
        `\`events\` has a type that \`send\` refuses: it must be ${TYPE_RULE}`,
      );
    }
    if (!isStandardSchema(schema)) throw mustBe(`events.${type}`, 'a Standard Schema', schema);
    schemas.set(type, schema);
  }
  return schemas;
}

function transportOf({
  transport,
  proxy,
}: Pick<SenderOptions<never, never>, 'transport' | 'proxy'>): Transport {
  if (transport === undefined) return httpTransport({ proxy });
  if (typeof transport?.exchange !== 'function' || typeof transport.close !== 'function')
    throw mustBe('transport', 'a transport, with `exchange` and `close`', transport);
  if (proxy !== undefined)
    throw mustBe('proxy', 'left out where `transport` is given: it belongs to the default one', proxy);
  return transport;
}

function retentionOf(days: number | false = 30): number | undefined {
  if (days === false) return undefined;
  if (typeof days === 'number' && days >= LEAST_RETENTION_DAYS && Number.isFinite(days)) return days * DAY_MS;
  throw mustBe('retentionDays', `a number of days >= ${LEAST_RETENTION_DAYS}, or false for ever`, days);
}

function storedBodies(
  value: SenderSettings['storeResponseBody'] = 'failures',
): SenderSettings['storeResponseBody'] {
  if (value === 'failures' || value === 'always' || value === 'never') return value;
  throw mustBe('storeResponseBody', "'failures', 'always' or 'never'", value);
}
