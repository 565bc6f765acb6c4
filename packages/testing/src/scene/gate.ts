/** A promise to be settled by hand. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  fail(error: unknown): void;
}

/** Holds up whoever awaits `passed`. */
export function gate(): Gate {
  let open = (): void => {};
  let fail = (_error: unknown): void => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open: () => open(), fail: (error) => fail(error) };
}
