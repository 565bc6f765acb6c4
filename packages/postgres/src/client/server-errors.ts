const NETWORK_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EPIPE',
];

/** The system's code of a connection that could not be made or was cut, such as `ECONNREFUSED`. */
export function networkCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && NETWORK_CODES.includes(error.code) ? error.code : undefined;
}

/** The SQLSTATE that the server has given, whatever client it came through and whatever it was wrapped in. */
export function serverCode(error: unknown): string | undefined {
  for (let inner = error, depth = 0; typeof inner === 'object' && inner !== null && depth < 5; depth += 1) {
    // `EPIPE` has five letters, too.
    const isOfNetwork = networkCode(inner) !== undefined;
    if (
      !isOfNetwork &&
      'code' in inner &&
      typeof inner.code === 'string' &&
      /^[0-9A-Z]{5}$/.test(inner.code)
    ) {
      return inner.code;
    }
    inner = 'cause' in inner ? inner.cause : undefined;
  }
  return undefined;
}
