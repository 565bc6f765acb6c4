import { join } from 'node:path';
import { sqliteInbox } from '@countersign/core/sqlite';
import { fakeClock, inboxContract } from '@countersign/testing';
import { describe, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';

describe('sqliteInbox keeps the contract of every inbox', () => {
  for (const { name, run } of inboxContract) {
    test(name, async () => {
      const { now, advance } = fakeClock();
      const inbox = sqliteInbox({ path: join(temporaryFolder(), 'inbox.db'), now });
      onTestFinished(() => inbox.close());
      await run({ inbox, advance });
    });
  }
});
