import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

/** Whether a request is genuine. */
export type Check = (header: (name: string) => string | null | undefined, body: Uint8Array) => boolean;

/** What a careful engineer writes after reading the specification. No replay is refused. */
export function handWritten(secret: string): Check {
  // A `KeyObject`: with the bytes as key, each MAC costs several times as much.
  const key = createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));
  return (header, body) => {
    const id = header('webhook-id');
    const timestamp = header('webhook-timestamp');
    const signatures = header('webhook-signature');
    if (!id || !timestamp || !signatures || !/^\d{1,13}$/.test(timestamp)) return false;
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    return signatures.split(' ').some((signature) => {
      if (!signature.startsWith('v1,')) return false;
      const given = Buffer.from(signature.slice('v1,'.length), 'base64');
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  };
}
