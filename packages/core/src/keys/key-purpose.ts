import { crypto, signingCrypto } from '#crypto';
import type { PlatformCrypto } from '../crypto/port.js';

/** What keys are wanted for. */
export interface KeyPurpose {
  readonly use: 'verify' | 'sign';
  readonly crypto: Pick<PlatformCrypto, 'prepareKey'>;
  /** Said of a secret that is the other half of a pair. */
  readonly otherHalf: string;
  /** Begins the right half where secrets are written as Standard Webhooks writes them. */
  readonly prefix: string;
}

/** Keys that verify: what receivers hold. */
export const verifying: KeyPurpose = {
  use: 'verify',
  crypto,
  otherHalf: 'is a private key: a receiver takes the public key',
  prefix: 'whpk_',
};

/** Keys that sign: what senders hold. */
export const signing: KeyPurpose = {
  use: 'sign',
  crypto: signingCrypto,
  otherHalf: 'is a public key: a sender takes the private key',
  prefix: 'whsk_',
};
