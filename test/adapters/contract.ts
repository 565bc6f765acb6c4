import { type AdapterTarget, adapterContract } from '@countersign/testing';
import { describe, test } from 'vitest';

/** Every rule of the adapter contract as a test, in both modes. */
export function testAdapter(
  adapter: string,
  target: (mode: AdapterTarget['mode']) => Omit<AdapterTarget, 'adapter' | 'mode'>,
): void {
  for (const mode of ['handler', 'guard'] as const) {
    describe(`${adapter}, ${mode}`, () => {
      for (const { title, run } of adapterContract({ adapter, mode, ...target(mode) }))
        test(title, () => run());
    });
  }
}
