import type { ConfigurationErrorCode } from './error-codes.js';
import { ConfigurationError } from './webhook-error.js';

/** The kind of a value for error messages; never the value of a string, which may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' || typeof value === 'boolean') return `${value} (${typeof value})`;
  if (typeof value === 'object') return value.constructor?.name ?? 'object';
  return typeof value;
}

/** `` `field` must be X, got Y ``: the one sentence of every configuration error. */
export function mustBe(
  field: string,
  expected: string,
  value: unknown,
  code: ConfigurationErrorCode = 'invalid_option',
): ConfigurationError {
  // A secret that a configuration file reads as a number is still a secret.
  const got = code === 'invalid_secret' && typeof value === 'number' ? 'number' : kindOf(value);
  return new ConfigurationError(code, `\`${field}\` must be ${expected}, got ${got}`);
}

/** A finite number of at least `minimum`, or a {@link ConfigurationError} that names the field. */
export function finiteNumber(field: string, value: unknown, minimum: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < minimum) {
    throw mustBe(field, `a finite number >= ${minimum}`, value);
  }
  return value;
}
