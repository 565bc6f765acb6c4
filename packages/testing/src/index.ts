export {
  type AdapterCase,
  type AdapterResult,
  adapterContract,
  adapterRules,
  runRule,
} from './adapter/adapter-contract.js';
export {
  type AdapterRule,
  type AdapterSetup,
  type AdapterTarget,
  type ApplicationAnswer,
  receiverFor,
  type ServedReceiver,
} from './adapter/adapter-target.js';
export type { Attack } from './attacks/attack.js';
export { attacks } from './attacks/attacks.js';
export { behaviour } from './behaviour/behaviour.js';
export {
  type DeliveryQueueCase,
  type DeliveryQueueSubject,
  deliveryQueueContract,
} from './delivery-queue-contract.js';
export type { DeliveryStoreCase, DeliveryStoreSubject } from './delivery-store/delivery-store-case.js';
export { deliveryStoreContract } from './delivery-store/delivery-store-contract.js';
export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.js';
export type { InboxCase, InboxSubject } from './inbox/inbox-case.js';
export { inboxContract } from './inbox/inbox-contract.js';
export {
  type RecordingReplayStore,
  type ReplayStoreAnswer,
  type ReplayStoreCall,
  recordingReplayStore,
} from './recording-replay-store.js';
export {
  type ReplayStoreCase,
  type ReplayStoreSubject,
  replayStoreContract,
} from './replay-store-contract.js';
export {
  alteredRequest,
  type RequestChanges,
  type SignedRequest,
  type SignedRequestEvent,
  type SignedRequestOptions,
  signedRequest,
} from './signed-request.js';
export {
  rulesThatNeed,
  runTransportRule,
  type TransportCase,
  transportContract,
  transportRules,
} from './transport/transport-contract.js';
export type {
  TransportNeed,
  TransportRule,
  TransportSetup,
  TransportTarget,
} from './transport/transport-target.js';
