export type { TestResult } from './attempt/test-endpoint.js';
export { createSender } from './create-sender.js';
export type { DeliveryBook, DeliveryListOptions, RecoverOptions } from './delivery/deliveries.js';
export type { Attempt, Delivery, DeliveryWithAttempts } from './delivery/delivery.js';
export type { EndpointStats } from './delivery/stats.js';
export type {
  Endpoint,
  EndpointChanges,
  EndpointChoices,
  EndpointInput,
  EndpointWithSecret,
} from './endpoint/endpoint.js';
export type { EndpointBook, RotationOptions, UpdateOptions } from './endpoint/endpoints.js';
export type { AllowedPort } from './endpoint/url-policy.js';
export type { EncryptionOptions } from './endpoint/vault.js';
export { isSenderError, SenderError, type SenderErrorOptions } from './errors/sender-error.js';
export { type SenderErrorCode, type SenderErrorRow, senderErrors } from './errors/sender-errors.js';
export { attemptErrors, type SenderNoticeRow, senderNotices } from './errors/sender-notices.js';
export type { EventFields, SendEvent } from './event/new-event.js';
export type { SentEvent } from './event/send.js';
export type { ListOptions, TenantOption } from './ids/scope.js';
export type {
  AttemptOutcome,
  EndpointDisabled,
  NoticeCode,
  SenderNotice,
  SenderOutcome,
  SenderOutcomeHook,
} from './observe/sender-outcome.js';
export type { DeliveryQueue, Wake } from './ports/delivery-queue.js';
export type { DeliveryStore, EventLog, Outlook, Records, WorkLedger } from './ports/delivery-store.js';
export {
  ANY_TENANT,
  type AppendResult,
  type AttemptRecord,
  type DeliveryQuery,
  type DeliveryRecord,
  type DeliveryStatus,
  type DisabledReason,
  type DueDelivery,
  type EndpointDraft,
  type EndpointRecord,
  type EndpointSettings,
  type EndpointStatus,
  type EndpointTotals,
  type EventFilters,
  type Lane,
  type LaneReport,
  type LaneState,
  type NewDelivery,
  type NewEvent,
  type Next,
  NO_TENANT,
  type Page,
  type PageQuery,
  type RecordTotals,
  type RequeueQuery,
  type Routing,
  type Settlement,
  type StoredAttempt,
  type StoredEvent,
  type StoredSecret,
  type Subscriber,
  type TenantScope,
} from './ports/records.js';
export type { Tally } from './ports/tallies.js';
export type { Exchange, ExchangeRequest, FailureReason, Transport } from './ports/transport.js';
export type { Endpoints, Sender, SenderTotals, SendOptions, TestOptions } from './sender.js';
export type { EventInputs, SenderOptions } from './sender-options.js';
export { type AddressPolicyOptions, addressPolicy } from './transport/address-policy.js';
export { httpTransport } from './transport/http-transport.js';
export type { Resolve } from './transport/resolve.js';
export type { HttpTransportOptions } from './transport/transport-options.js';
export { type PollingQueueOptions, pollingQueue } from './worker/polling-queue.js';
