import { type Algorithm, ConfigurationError, type Scheme, type SignatureEncoding } from '@countersign/core';
import { malformedHeader, parseTimestamp } from '@countersign/core/strict';

/** What differs between schemes that sign `{timestamp}{body}` with a private key. */
export interface PublicKeySchemeOptions {
  readonly name: string;
  readonly algorithm: Extract<Algorithm, 'ed25519' | 'ecdsa-p256-sha256'>;
  readonly encoding: SignatureEncoding;
  readonly signatureHeader: string;
  readonly timestampHeader: string;
  /** The key's bytes from its text; `undefined` for text that is no key. */
  readonly readKey: (text: string) => Uint8Array | undefined;
}

/** A scheme of one signature over `{timestamp}{body}`, verified with a public key. */
export function publicKeyScheme(options: PublicKeySchemeOptions): Scheme {
  const { name, algorithm, encoding, signatureHeader, timestampHeader } = options;
  return {
    name,
    encoding,
    headers: [signatureHeader, timestampHeader],
    authenticates: { body: 'all', id: false, timestamp: 'seconds', url: false },
    readKey(secret) {
      const bytes = typeof secret === 'string' ? options.readKey(secret) : secret;
      if (bytes === undefined)
        throw new ConfigurationError('invalid_secret', `the public key of ${name} is malformed`);
      return [{ algorithm, bytes, use: 'verify' }];
    },
    read(input) {
      const timestamp = input.header(timestampHeader);
      const sentAtMs = parseTimestamp(timestamp, 'seconds');
      if (sentAtMs === undefined)
        throw malformedHeader(timestampHeader, 'must be canonical digits, in seconds');
      const value = input.header(signatureHeader);
      return { timestamp, sentAtMs, signatures: [{ algorithm, encoding, value }] };
    },
    content: ({ timestamp = '', body }) => [timestamp, body],
    write: ({ timestamp = '', body }, signatures) => ({
      headers: {
        [signatureHeader]: signatures.map((made) => made.value).join(),
        [timestampHeader]: timestamp,
      },
      body,
    }),
  };
}
