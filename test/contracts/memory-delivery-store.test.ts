import { memoryStore } from '@countersign/sender/memory';
import { deliveryStoreContract, fakeClock } from '@countersign/testing';
import { describe, test } from 'vitest';

describe('memoryStore keeps the contract of every delivery store', () => {
  for (const { name, run } of deliveryStoreContract) {
    test(name, async () => {
      const { now, advance } = fakeClock();
      const store = memoryStore({ now });
      await store.open();
      await run({ store, advance });
      await store.close();
    });
  }
});
