import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { delivery, stage } from './harness.js';

const NAME = 'countersign:outcome';

function listen(): unknown[] {
  const published: unknown[] = [];
  const listener = (outcome: unknown): void => void published.push(outcome);
  subscribe(NAME, listener);
  onTestFinished(() => void unsubscribe(NAME, listener));
  return published;
}

test('every outcome is published on the diagnostics channel, and is the one that `onOutcome` is told', async () => {
  const published = listen();
  const { receiver, clock, outcomes } = stage();
  receiver.on('job.done', () => {});
  const request = await delivery(clock);
  await receiver.handle(request);
  await receiver.handle(request);
  await receiver.handle({ ...request, method: 'GET' });
  expect(outcomes.map(({ code }) => code)).toEqual(['processed', 'duplicate', 'method_not_allowed']);
  expect(published).toHaveLength(3);
  for (const [index, outcome] of outcomes.entries()) expect(published[index]).toBe(outcome);
});

test('it is published where `onOutcome` throws, too', async () => {
  const published = listen();
  const { receiver, clock } = stage({
    onOutcome: () => {
      throw new Error('the log is full');
    },
  });
  receiver.on('job.done', () => {});
  expect((await receiver.handle(await delivery(clock))).status).toBe(200);
  expect(published).toMatchObject([{ kind: 'accepted', code: 'processed' }]);
});
