import { memoryReplayStore } from '@countersign/core';
import { expect, test } from 'vitest';
import { recordingReplayStore } from '../src/index.js';

const { signal } = new AbortController();
const claim = { key: 'k', token: 'a' };
const rival = { key: 'k', token: 'b' };

test('it answers as the store does, and remembers what was asked and answered', async () => {
  const store = recordingReplayStore(memoryReplayStore());
  expect(store.shared).toBe(false);
  expect(await store.claim(claim, { leaseMs: 1_000, signal })).toBe('claimed');
  expect(await store.claim(rival, { leaseMs: 1_000, signal })).toBe('in_progress');
  expect(await store.commit(rival, { ttlMs: 1_000, guardMs: 1_000, signal })).toBe(false);
  expect(await store.release(claim, { signal })).toBeUndefined();
  expect(store.calls).toEqual([
    { method: 'claim', claim, answer: 'claimed' },
    { method: 'claim', claim: rival, answer: 'in_progress' },
    { method: 'commit', claim: rival, answer: false },
    { method: 'release', claim, answer: undefined },
  ]);
});

test('a call counts from the moment it is made, also where it fails', async () => {
  const store = recordingReplayStore({
    ...memoryReplayStore(),
    claim() {
      throw new Error('down');
    },
  });
  const call = store.claim(claim, { leaseMs: 1_000, signal });
  expect(store.calls).toEqual([{ method: 'claim', claim, answer: undefined }]);
  await expect(call).rejects.toThrow('down');
  expect(store.calls).toHaveLength(1);
});
