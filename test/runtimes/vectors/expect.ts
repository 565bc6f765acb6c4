// Not node:assert: this runs where there is nothing of Node.

/** Throws where two values are not the same. */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`);
}

/** Throws unless the action does, an error of this name. */
export async function expectThrown(name: string, action: () => Promise<unknown>): Promise<void> {
  const thrown = await action().then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error ? error.name : error),
  );
  expectEqual('what is thrown', thrown, name);
}
