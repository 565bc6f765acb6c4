const NOT_VISIBLE = /[^!-~]/;
// By code points: a surrogate that has its other half is none.
const UNPAIRED_SURROGATE = /\p{Surrogate}/u;
const encoder = new TextEncoder();
// `ignoreBOM` keeps a byte order mark in the text, where the JSON parser refuses it: what was signed is what is parsed.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a text. Unpaired surrogates become U+FFFD: check {@link isWellFormed} where that matters. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, byte order mark included; `undefined` if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether a text has no unpaired surrogate, so that its UTF-8 bytes stand for it alone. */
export function isWellFormed(text: string): boolean {
  return !UNPAIRED_SURROGATE.test(text);
}

/** Whether a text consists of visible ASCII characters (0x21 to 0x7E) alone; true for the empty text. */
export function isVisibleAscii(text: string): boolean {
  return !NOT_VISIBLE.test(text);
}

/** The parts as one array of bytes. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
