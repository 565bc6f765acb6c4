import { finiteNumber, mustBe } from '../errors/describe.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import type { EventSchemas } from '../events/event-types.js';
import type { Inbox } from '../inbox/port.js';
import { type KeysResolver, keysResolver, type SecretsOption } from '../keys/secrets-option.js';
import type { Provider } from '../provider/provider.js';
import { retrySpanMs } from '../provider/retry-policy.js';
import { standardWebhooks } from '../provider/standard-webhooks.js';
import type { ClaimPolicy } from '../replay/claim-session.js';
import { memoryReplayStore } from '../replay/memory-replay-store.js';
import type { ReplayStore } from '../replay/port.js';
import { type Now, type Schedule, systemSchedule } from '../time/clock.js';
import {
  type VerificationOptions,
  type VerificationRules,
  verificationRules,
} from '../verify/verification.js';
import { Diagnosis } from './diagnosis.js';
import { type InboxOutcomeHook, type OutcomeHook, warnOfFaults } from './outcome.js';

/** Options of {@link createReceiver}. */
export interface ReceiverOptions<Events> extends Omit<VerificationOptions, 'provider'> {
  /** Which system sends. Default: `standardWebhooks`. */
  readonly provider?: Provider | undefined;
  /**
   * A secret, named secrets with windows, an array, a key ring; a function that reads them late; or one that
   * takes the request and returns `{ tenant, secrets }`.
   */
  readonly secrets: SecretsOption;
  /** Event types with their Standard Schemas; without it every type is known and `data` is `unknown`. */
  readonly events?: EventSchemas<Events> | undefined;
  /**
   * Where processed deliveries are remembered. Default: this process's memory where the provider signs the
   * time of the attempt; elsewhere it must be named. `false` lets replays through.
   */
  readonly replay?: ReplayStore | false | undefined;
  /** When a delivery is acknowledged. Default `after` its handler; `before` it only with an {@link Inbox}. */
  readonly ack?: 'after' | undefined;
  /** With `ack: 'before'` alone: see {@link InboxReceiverOptions}. */
  readonly inbox?: undefined;
  /** Larger bodies are refused while they arrive. Default 1,048,576. */
  readonly maxBodyBytes?: number | undefined;
  /** How long a body may take to arrive. Default 10,000. */
  readonly bodyTimeoutMs?: number | undefined;
  /** When a handler that still runs is answered for with 503. Default 25,000. */
  readonly handlerTimeoutMs?: number | undefined;
  /** How long a claim outlives a process that dies; extended while a handler runs. Default 15,000. */
  readonly leaseMs?: number | undefined;
  /** How long one call of the replay store may take, or a `put` of the inbox. Default 2,000, at most a third of `leaseMs`. */
  readonly storeTimeoutMs?: number | undefined;
  /** How long the `secrets` function may take. Default 5,000. */
  readonly secretsTimeoutMs?: number | undefined;
  /** Told of every outcome, with timings; the default warns of what only the application can mend. */
  readonly onOutcome?: OutcomeHook | undefined;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: Now | undefined;
  /** Runs a function later; default `setTimeout`. Tests give a fake clock's. */
  readonly schedule?: Schedule | undefined;
}

/** Options of a {@link createReceiver} that answers 202 once a delivery is stored; `runInbox` runs the handlers. */
export interface InboxReceiverOptions<Events>
  extends Omit<ReceiverOptions<Events>, 'ack' | 'inbox' | 'onOutcome'> {
  readonly ack: 'before';
  /** Where verified deliveries wait for their handlers: durable, so that an acknowledged one cannot be lost. */
  readonly inbox: Inbox;
  /** As without an inbox, and told of each attempt to handle what is in it. */
  readonly onOutcome?: InboxOutcomeHook | undefined;
}

/** Where an inbox keeps, and who is told of what it runs. */
export interface InboxSettings {
  readonly store: Inbox;
  readonly onOutcome: InboxOutcomeHook;
}

/** {@link ReceiverOptions}, checked and complete. */
export interface ReceiverSettings {
  readonly provider: Provider;
  readonly name: string;
  readonly rules: VerificationRules;
  readonly resolveKeys: KeysResolver;
  readonly replay: ReplayStore | undefined;
  /** With `ack: 'before'`. */
  readonly inbox: InboxSettings | undefined;
  readonly claims: ClaimPolicy;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly handlerTimeoutMs: number;
  readonly onOutcome: OutcomeHook;
  readonly diagnosis: Diagnosis;
  readonly now: Now;
  readonly schedule: Schedule;
}

/** Checks the options, in one sentence each, and fills in the defaults. */
export function receiverSettings<Events>(
  options: ReceiverOptions<Events> | InboxReceiverOptions<Events>,
): ReceiverSettings {
  if (typeof options !== 'object' || options === null)
    throw mustBe('options', 'an object with `secrets`', options);
  const {
    provider = standardWebhooks,
    now = Date.now,
    schedule = systemSchedule,
    onOutcome = warnOfFaults,
  } = options;
  if (typeof onOutcome !== 'function') throw mustBe('onOutcome', 'a function', onOutcome);
  const rules = verificationRules({ ...options, provider });
  const number = (field: NumberOption, byDefault: number, minimum: number): number =>
    finiteNumber(field, options[field] ?? byDefault, minimum);
  const replay = replayStore(options.replay, rules);
  if (replay !== undefined) checkEventAge(rules);
  const leaseMs = number('leaseMs', 15_000, 1000);
  const storeTimeoutMs = number('storeTimeoutMs', Math.min(2000, leaseMs / 3), 1);
  if (storeTimeoutMs > leaseMs / 3) {
    // A slower renewal could come after the end of the lease.
    throw mustBe('storeTimeoutMs', `at most a third of \`leaseMs\` (${leaseMs / 3})`, storeTimeoutMs);
  }
  const claims = claimPolicy(provider, rules, { leaseMs, storeTimeoutMs, schedule });
  return {
    provider,
    rules,
    name: rules.identity.name,
    resolveKeys: keysResolver(options.secrets, provider.scheme, {
      timeoutMs: number('secretsTimeoutMs', 5000, 1),
      schedule,
    }),
    replay,
    inbox: inboxOf(options),
    claims,
    maxBodyBytes: number('maxBodyBytes', 1_048_576, 0),
    bodyTimeoutMs: number('bodyTimeoutMs', 10_000, 1),
    handlerTimeoutMs: number('handlerTimeoutMs', 25_000, 1),
    onOutcome,
    diagnosis: new Diagnosis(provider.scheme, now, schedule),
    now,
    schedule,
  };
}

type NumberOption =
  | 'maxBodyBytes'
  | 'bodyTimeoutMs'
  | 'handlerTimeoutMs'
  | 'leaseMs'
  | 'storeTimeoutMs'
  | 'secretsTimeoutMs';

/** Whether the provider signs the time of the attempt, so that a copy ages. */
export function signsAttemptTime({ freshness }: VerificationRules): boolean {
  return freshness.source === 'signed header' || freshness.source === 'signed body';
}

function replayStore(
  option: ReplayStore | false | undefined,
  rules: VerificationRules,
): ReplayStore | undefined {
  if (option === false) return undefined;
  if (option === undefined) {
    if (signsAttemptTime(rules)) return memoryReplayStore();
    throw new ConfigurationError(
      'invalid_option',
      `\`replay\` must be given: ${rules.provider.name} signs no time of the attempt, so the store alone refuses copies; ` +
        'name `memoryReplayStore()` for one process, a shared store for several, or `false`',
    );
  }
  if (typeof option?.claim !== 'function') throw mustBe('replay', 'a replay store or false', option);
  return option;
}

function inboxOf<Events>(
  options: ReceiverOptions<Events> | InboxReceiverOptions<Events>,
): InboxSettings | undefined {
  if (options.ack !== 'before') {
    const { ack = 'after', inbox } = options;
    if (ack !== 'after') throw mustBe('ack', "'after' or 'before'", ack);
    if (inbox !== undefined) throw mustBe('inbox', "left out, or given with `ack: 'before'`", inbox);
    return undefined;
  }
  const { inbox: store, onOutcome = warnOfFaults } = options;
  if (typeof store?.put === 'function') return { store, onOutcome };
  throw mustBe('inbox', "given with `ack: 'before'`: what is acknowledged early must be durable", store);
}

// An event that is accepted after the store has forgotten it is accepted twice.
function checkEventAge({ freshness, ttlMs }: VerificationRules): void {
  const mostMs = ttlMs - freshness.toleranceMs;
  if (freshness.source !== 'event time' || freshness.maxEventAgeMs <= mostMs) return;
  throw mustBe(
    'maxEventAgeSeconds',
    `at most \`replayTtlSeconds\` less the tolerance (${mostMs / 1000})`,
    freshness.maxEventAgeMs / 1000,
  );
}

/**
 * Two horizons: what must be remembered for safety (`guardMs`: as long as a copy would be fresh), and what is
 * remembered to swallow late retries (`ttlMs`). A digest as identity is remembered for the first and the
 * sender's retries only, because an equal event later is another event.
 */
function claimPolicy(
  provider: Provider,
  rules: VerificationRules,
  rest: Pick<ClaimPolicy, 'leaseMs' | 'storeTimeoutMs' | 'schedule'>,
): ClaimPolicy {
  if (!signsAttemptTime(rules)) return { ...rest, ttlMs: rules.ttlMs, guardMs: rules.ttlMs };
  const guardMs = 2 * rules.freshness.toleranceMs;
  const isDigest = rules.identity.source === 'digest' && rules.identity.replayIdentity === undefined;
  const retriesMs = provider.retry === undefined ? 0 : retrySpanMs(provider.retry);
  const ttlMs = isDigest ? guardMs + retriesMs : Math.max(rules.ttlMs, guardMs);
  return { ...rest, ttlMs, guardMs };
}
