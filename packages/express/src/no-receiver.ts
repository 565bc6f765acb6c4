import { ConfigurationError } from '@countersign/core';

/** What was mounted is not what `createReceiver` returns. */
export function noReceiver(mount: string, given: unknown): ConfigurationError {
  return new ConfigurationError(
    'invalid_option',
    `\`${mount}\` must be given a receiver (\`createReceiver({ … })\`), got ${given === null ? 'null' : typeof given}`,
  );
}
