import { ConfigurationError } from '@countersign/core';
import { SenderError } from '../src/errors/sender-error.js';

/** The refusal of a call's arguments. Anything else that is thrown, and a call that is taken, fails the test. */
export function refusal(call: () => unknown): SenderError {
  return thrownBy(call, SenderError);
}

/** The same for a mistake in a sender's options. */
export function misuse(call: () => unknown): ConfigurationError {
  return thrownBy(call, ConfigurationError);
}

function thrownBy<Kind extends Error>(call: () => unknown, kind: new (...args: never[]) => Kind): Kind {
  try {
    call();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
