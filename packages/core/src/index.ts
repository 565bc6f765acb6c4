export { JsonText } from './bytes/json.js';
export type { TimeUnit } from './bytes/timestamp.js';
export type {
  Algorithm,
  ContentPart,
  DigestPart,
  KeyMaterial,
  Signature,
  SignatureEncoding,
} from './crypto/port.js';
export { type JsonEnvelopeOptions, jsonEnvelope } from './envelope/json-envelope.js';
export type { Decoded, DeliveryInfo, EncodedEvent, Envelope, Field, Outgoing } from './envelope/port.js';
export type { ConfigurationErrorCode, WebhookErrorCode } from './errors/error-codes.js';
export { type ErrorExplanation, errorTable } from './errors/error-table.js';
export { ConfigurationError, isWebhookError, WebhookError } from './errors/webhook-error.js';
export { matchesEventPattern } from './events/event-pattern.js';
export type {
  EventFor,
  EventHandler,
  EventPattern,
  EventSchemas,
  HandlerContext,
  WebhookEvent,
} from './events/event-types.js';
export {
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
  unvalidated,
} from './events/standard-schema.js';
export type {
  FailedDeliveries,
  FailedDelivery,
  Inbox,
  InboxSettlement,
  StoredDelivery,
  TakenDelivery,
} from './inbox/port.js';
export { generateKeyPair, generateSecret, type SigningKeyPair } from './keys/generate-secret.js';
export { type KeyRing, keyRing, type NamedSecret, type Secrets } from './keys/key-ring.js';
export type { SecretsOption, TenantKeys } from './keys/secrets-option.js';
export { type EventField, unauthenticatedFields } from './provider/coverage.js';
export type { HandshakeInput, Provider } from './provider/provider.js';
export type { DisableRule, RetryPolicy, RetrySchedule } from './provider/retry-policy.js';
export { standardWebhooks } from './provider/standard-webhooks.js';
export type { Acceptance, AcceptedWebhook, WebhookGate } from './receiver/accept.js';
export {
  createReceiver,
  type EventOf,
  type FetchContext,
  type Receiver,
} from './receiver/create-receiver.js';
export { mountGuard, mountHandler } from './receiver/mount.js';
export type { InboxReceiverOptions, ReceiverOptions } from './receiver/options.js';
export type {
  AcceptedOutcome,
  AttemptOutcome,
  FailedAttempt,
  InboxOutcomeHook,
  Notice,
  OutcomeHook,
  ReceiverOutcome,
  RefusedOutcome,
  SucceededAttempt,
  Timings,
} from './receiver/outcome.js';
export { type MemoryReplayStoreOptions, memoryReplayStore } from './replay/memory-replay-store.js';
export type { Claim, ClaimAnswer, ReplayStore } from './replay/port.js';
export type { HeaderReader } from './request/header-reader.js';
export type { BodyReader, WebhookHeaders, WebhookRequest } from './request/webhook-request.js';
export type { WebhookDispatcher, WebhookResponse } from './request/webhook-response.js';
export { type HmacSchemeOptions, hmacScheme } from './scheme/hmac-scheme.js';
export type {
  Authenticates,
  Credentials,
  Message,
  Scheme,
  SchemeInput,
  Secret,
  SignedDelivery,
} from './scheme/port.js';
export { type SignedRequest, type SignInput, type SignOptions, sign } from './sign/sign.js';
export type { Now, Schedule } from './time/clock.js';
export type { MaybePromise } from './time/maybe-promise.js';
export {
  createVerifier,
  type Verifier,
  type VerifierInput,
  type VerifierOptions,
} from './verify/create-verifier.js';
export type { ReplayIdentity } from './verify/replay-key.js';
export type { VerificationOptions } from './verify/verification.js';
export type { VerifiedDelivery } from './verify/verified-delivery.js';
