import assert from 'node:assert/strict';

/** Longer than anything here takes on a busy machine: what takes longer hangs. */
const PATIENCE_MS = 10_000;

/** The promise, or an `AssertionError` where it does not settle: a request that hangs must fail its test. */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new assert.AssertionError({ message: `waited ${PATIENCE_MS} ms for ${what}` }));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Until a condition holds: asked again every millisecond. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    assert.ok(performance.now() < endsAtMs, `waited ${PATIENCE_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
