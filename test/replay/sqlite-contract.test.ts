import { join } from 'node:path';
import { sqliteReplayStore } from '@countersign/core/sqlite';
import { fakeClock, replayStoreContract } from '@countersign/testing';
import { describe, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';

describe('sqliteReplayStore keeps the contract of every replay store', () => {
  for (const { name, run } of replayStoreContract) {
    test(name, async () => {
      const { now, advance } = fakeClock();
      const store = sqliteReplayStore({ path: join(temporaryFolder(), 'replays.db'), now });
      onTestFinished(() => store.close());
      await run({ store, advance });
    });
  }
});
