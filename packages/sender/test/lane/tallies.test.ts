import { expect, test } from 'vitest';
import { talliesOf } from '../../src/lane/tallies.js';
import type { AttemptRecord, Next } from '../../src/ports/records.js';

const pending: Next = {
  status: 'pending',
  delayMs: 1,
  spent: 1,
  postponements: 0,
  successesAtFirstFailure: 0,
};
const attempt = (durationMs: number, status?: number): AttemptRecord => ({ number: 1, durationMs, status });

test('nothing comes to nothing', () => {
  expect(talliesOf([])).toEqual([]);
});

test('answers are counted by how long they took, whatever their status', () => {
  const tallies = talliesOf([
    { attempt: attempt(100, 200), next: { status: 'delivered' } },
    { attempt: attempt(104, 503), next: pending },
    { attempt: attempt(1000, 404), next: { status: 'failed' } },
  ]);
  expect(tallies).toHaveLength(4);
  expect(tallies).toEqual(
    expect.arrayContaining([
      { measure: 'response', bin: 27, count: 2, totalMs: 204 },
      { measure: 'response', bin: 40, count: 1, totalMs: 1000 },
      { measure: 'delivered', bin: 0, count: 1, totalMs: 0 },
      { measure: 'failed', bin: 0, count: 1, totalMs: 0 },
    ]),
  );
});

test('what brought no answer has no response time, but its end is counted', () => {
  expect(talliesOf([{ attempt: attempt(30_000), next: { status: 'failed' } }])).toEqual([
    { measure: 'failed', bin: 0, count: 1, totalMs: 0 },
  ]);
});

test('what is not at its end is not counted as one', () => {
  expect(talliesOf([{ attempt: attempt(30_000), next: pending }])).toEqual([]);
});

test('ends are summed up', () => {
  const ends = Array.from({ length: 5 }, () => ({
    attempt: attempt(1),
    next: { status: 'delivered' } as const,
  }));
  expect(talliesOf(ends)).toEqual([{ measure: 'delivered', bin: 0, count: 5, totalMs: 0 }]);
});
