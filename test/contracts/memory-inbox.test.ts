import { fakeClock, inboxContract } from '@countersign/testing';
import { describe, test } from 'vitest';
import { memoryInbox } from '../inbox/memory-inbox.js';

describe('the inbox of these tests keeps the contract of every inbox', () => {
  for (const { name, run } of inboxContract) {
    test(name, () => {
      const { now, advance } = fakeClock();
      return run({ inbox: memoryInbox(now), advance });
    });
  }
});
