import { join } from 'node:path';
import { sqliteStore } from '@countersign/sender/sqlite';
import { deliveryStoreContract, fakeClock } from '@countersign/testing';
import { describe, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';

describe('sqliteStore keeps the contract of every delivery store', () => {
  for (const { name, run } of deliveryStoreContract) {
    test(name, async () => {
      const { now, advance } = fakeClock();
      const store = sqliteStore({ path: join(temporaryFolder(), 'webhooks.db'), now });
      await store.open();
      onTestFinished(() => store.close());
      await run({ store, advance });
    });
  }
});
