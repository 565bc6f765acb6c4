import assert from 'node:assert/strict';

/** Longer than anything here takes on a busy machine: what takes longer hangs. */
const DEFAULT_PATIENCE_MS = 10_000;

let patienceMs = DEFAULT_PATIENCE_MS;

/** Runs something that waits no longer than this for what must happen. */
export async function withPatience<T>(ms: number | undefined, run: () => Promise<T>): Promise<T> {
  const before = patienceMs;
  patienceMs = ms ?? DEFAULT_PATIENCE_MS;
  try {
    return await run();
  } finally {
    patienceMs = before;
  }
}

/** The promise, or an `AssertionError` where it does not settle: a request that hangs must fail its test. */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `waited ${patienceMs} ms for ${what}` }));
    }, patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says in which part of a rule something failed. */
export async function during<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof assert.AssertionError) error.message = `${what}: ${error.message}`;
    throw error;
  }
}

/** Until a condition holds: asked again every millisecond. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endsAtMs = performance.now() + patienceMs;
  while (!(await condition())) {
    assert.ok(performance.now() < endsAtMs, `waited ${patienceMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
