export {
  type Attack,
  type AttackSetup,
  type AttackTarget,
  attackReceiver,
  type ServedReceiver,
} from './attacks/attack.js';
export { attacks } from './attacks/attacks.js';
export { type AttackCase, type AttackResult, attackReport, runAttack } from './attacks/run-attack.js';
export { type FakeClock, type FakeClockOptions, fakeClock } from './fake-clock.js';
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
