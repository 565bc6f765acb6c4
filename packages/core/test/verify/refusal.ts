import { ConfigurationError, WebhookError } from '../../src/errors/webhook-error.js';

/** The `WebhookError` that a promise rejects with; any other end is an error of the test. */
export async function refusal(promise: Promise<unknown>): Promise<WebhookError> {
  return rejection(promise, WebhookError);
}

/** The `ConfigurationError` that a promise rejects with. */
export async function misuse(promise: Promise<unknown>): Promise<ConfigurationError> {
  return rejection(promise, ConfigurationError);
}

/** What a function throws. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected the function to throw');
}

async function rejection<T extends Error>(
  promise: Promise<unknown>,
  kind: new (...args: never[]) => T,
): Promise<T> {
  const error: unknown = await promise.then(
    () => {
      throw new Error(`expected a rejection with ${kind.name}, got a result`);
    },
    (cause: unknown) => cause,
  );
  if (error instanceof kind) return error;
  throw new Error(`expected a ${kind.name}, got ${String(error)}`, { cause: error });
}
