/** How a wire format writes a time. `iso` is RFC 3339; one without a zone is UTC. */
export type TimeUnit = 'seconds' | 'milliseconds' | 'iso';

const MAX_DIGITS = 13;

/**
 * Epoch milliseconds of a time as the wire writes it, or `undefined`. Numbers are canonical digits
 * alone: no sign, point, exponent, leading zero or white space, at most 13 digits.
 */
export function parseTimestamp(text: string, unit: TimeUnit): number | undefined {
  if (unit === 'iso') return parseIso(text);
  const number = Number(text);
  // What is written again as it stood is canonical.
  if (text.length > MAX_DIGITS || !Number.isInteger(number) || number < 0 || String(number) !== text)
    return undefined;
  return unit === 'seconds' ? number * 1000 : number;
}

/** A time as the wire writes it. Seconds are rounded down: a signed time is never in the future. */
export function formatTimestamp(epochMs: number, unit: TimeUnit): string {
  if (unit === 'iso') return new Date(epochMs).toISOString();
  return String(Math.floor(unit === 'seconds' ? epochMs / 1000 : epochMs));
}

const ISO =
  /^(\d{4}-\d\d-(\d\d))[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,9})?(?:[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))?$/;

function parseIso(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, date, day, time, fraction = '', sign, hours = '0', minutes = '0'] = match;
  const epochMs = Date.parse(`${date}T${time}${fraction.slice(0, 4)}Z`);
  // `Date.parse` takes the 30th of February for the 1st of March.
  if (Number.isNaN(epochMs) || new Date(epochMs).getUTCDate() !== Number(day)) return undefined;
  const offsetMinutes = Number(hours) * 60 + Number(minutes);
  return epochMs - (sign === '-' ? -offsetMinutes : offsetMinutes) * 60_000;
}
