import { memoryReplayStore } from '@countersign/core';
import { fakeClock, replayStoreContract } from '@countersign/testing';
import { describe, expect, test } from 'vitest';

const subject = () => {
  const { now, advance } = fakeClock();
  return { store: memoryReplayStore({ now }), advance };
};

describe('memoryReplayStore keeps the contract of every replay store', () => {
  for (const { name, run } of replayStoreContract) test(name, () => run(subject()));
});

test('one store passes all cases one after another: they leave nothing behind that another one meets', async () => {
  const shared = subject();
  for (const { run } of replayStoreContract) await run(shared);
});

test('memoryReplayStore says that other processes do not see its keys', () => {
  expect(subject().store.shared).toBe(false);
});
