import type { Algorithm, PlatformCrypto, SigningCrypto } from '../../../packages/core/src/crypto/port.js';
import rfc8032 from '../../vectors/ed25519-rfc8032.json' with { type: 'json' };
import weak from '../../vectors/ed25519-weak-keys.json' with { type: 'json' };
import rfc2202 from '../../vectors/hmac-rfc2202.json' with { type: 'json' };
import rfc4231 from '../../vectors/hmac-rfc4231.json' with { type: 'json' };
import { expectEqual, expectThrown } from './expect.js';

/** One implementation of the cryptography: what receivers need, and what senders need. */
export interface Implementation {
  readonly crypto: Pick<PlatformCrypto, 'prepareKey'>;
  readonly signingCrypto: Pick<SigningCrypto, 'prepareKey' | 'ed25519PublicKey'>;
}

/** One published vector. */
export interface VectorCheck {
  readonly name: string;
  check(implementation: Implementation): Promise<void>;
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  );

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The same hex with its first bit turned. */
const flipped = (hex: string): string =>
  hexOf(bytesOf(hex).map((byte, index) => (index === 0 ? byte ^ 0x80 : byte)));

const HMACS: Readonly<Record<string, Algorithm>> = {
  'hmac-sha1': 'hmac-sha1',
  'hmac-sha256': 'hmac-sha256',
  'hmac-sha512': 'hmac-sha512',
};

const hmac: readonly VectorCheck[] = [rfc2202, rfc4231].flatMap(({ source, vectors }) =>
  vectors.map(({ name, algorithm: written, key, data, mac }) => ({
    name: `${source}, ${name}, ${written}`,
    async check({ crypto, signingCrypto }) {
      const algorithm = HMACS[written];
      if (algorithm === undefined) throw new Error(`no such algorithm: ${written}`);
      const verifier = crypto.prepareKey({ algorithm, bytes: bytesOf(key), use: 'both' });
      const signer = signingCrypto.prepareKey({ algorithm, bytes: bytesOf(key), use: 'both' });
      const content = [bytesOf(data)];
      const verify = async (value: string) =>
        verifier.verify(content, [{ algorithm, encoding: 'hex', value }]);
      const full = await signer.sign(content, 'hex');
      expectEqual('the MAC', full.slice(0, mac.length), mac);
      expectEqual('verifies', await verify(full), true);
      expectEqual('verifies where it is cut off', await verify(full.slice(0, -2)), false);
      expectEqual('verifies with a bit turned', await verify(flipped(full)), false);
    },
  })),
);

const ed25519: readonly VectorCheck[] = rfc8032.vectors.map(
  ({ name, seed, publicKey, message, signature }) => ({
    name: `${rfc8032.source}, ${name}`,
    async check({ crypto, signingCrypto }) {
      const algorithm = 'ed25519';
      const signer = signingCrypto.prepareKey({ algorithm, bytes: bytesOf(seed + publicKey), use: 'sign' });
      const verifier = crypto.prepareKey({ algorithm, bytes: bytesOf(publicKey), use: 'verify' });
      const content = [bytesOf(message)];
      const verify = async (value: string, what = content) =>
        verifier.verify(what, [{ algorithm, encoding: 'hex', value }]);
      expectEqual('the public key', hexOf(await signingCrypto.ed25519PublicKey(bytesOf(seed))), publicKey);
      expectEqual('the signature', await signer.sign(content, 'hex'), signature);
      expectEqual('verifies', await verify(signature), true);
      expectEqual('verifies with a bit turned', await verify(flipped(signature)), false);
      expectEqual('verifies another text', await verify(signature, [...content, bytesOf('00')]), false);
    },
  }),
);

const weakKeys: readonly VectorCheck[] = [
  ...weak.smallOrder.map(({ publicKey }) => publicKey),
  ...weak.notCanonical,
].map((publicKey) => ({
  name: `the public key ${publicKey} is refused`,
  check: ({ crypto }) =>
    expectThrown('ConfigurationError', async () =>
      crypto.prepareKey({ algorithm: 'ed25519', bytes: bytesOf(publicKey), use: 'verify' }),
    ),
}));

/** Vectors that need no more than an implementation of the cryptography. */
export const cryptoVectors: readonly VectorCheck[] = [...hmac, ...ed25519, ...weakKeys];
