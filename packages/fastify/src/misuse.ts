import { ConfigurationError } from '@countersign/core';

/** An option that cannot work, in the sentence of every configuration error. */
export function misuse(option: string, expected: string, given: unknown): ConfigurationError {
  const got = given === null ? 'null' : typeof given;
  return new ConfigurationError('invalid_option', `\`${option}\` must be ${expected}, got ${got}`);
}
