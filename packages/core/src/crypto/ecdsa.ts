import { ConfigurationError } from '../errors/webhook-error.js';

const HALF = 32;

/**
 * A DER signature, SEQUENCE of two INTEGERs, as the fixed 64 bytes that WebCrypto takes; `undefined` for
 * anything that is not its one encoding for P-256.
 */
export function derToRaw(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const r = readInteger(der, 2);
  const s = r === undefined ? undefined : readInteger(der, r.end);
  if (r === undefined || s === undefined || s.end !== der.length) return undefined;
  const raw = new Uint8Array(2 * HALF);
  raw.set(r.value, HALF - r.value.length);
  raw.set(s.value, 2 * HALF - s.value.length);
  return raw;
}

function readInteger(der: Uint8Array, offset: number): { value: Uint8Array; end: number } | undefined {
  const length = der[offset + 1] ?? 0;
  const end = offset + 2 + length;
  if (der[offset] !== 0x02 || length === 0 || length > HALF + 1 || end > der.length) return undefined;
  const [first = 0, second = 0] = der.subarray(offset + 2, end);
  const isNegative = first >= 0x80;
  const isPadded = first === 0;
  if (isNegative || (isPadded && length > 1 && second < 0x80)) return undefined;
  const value = der.subarray(isPadded ? offset + 3 : offset + 2, end);
  return value.length > HALF ? undefined : { value, end };
}

/** The bytes are no SPKI public key of the curve P-256. */
export function notP256(cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    'invalid_secret',
    'an ECDSA public key must be SPKI bytes of the curve P-256',
    { cause },
  );
}
