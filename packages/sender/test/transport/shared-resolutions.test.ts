import { expect, test } from 'vitest';
import { SharedResolutions } from '../../src/transport/shared-resolutions.js';

const never = new AbortController().signal;

test('a name is resolved once for all who ask at the same time', async () => {
  const asked: string[] = [];
  const shared = new SharedResolutions(async (hostname) => {
    asked.push(hostname);
    return [`192.0.2.${asked.length}`];
  });
  const answers = await Promise.all(
    ['a.test', 'b.test', 'a.test', 'a.test'].map((name) => shared.addressesOf(name, never)),
  );
  expect(asked).toEqual(['a.test', 'b.test']);
  expect(answers).toEqual([['192.0.2.1'], ['192.0.2.2'], ['192.0.2.1'], ['192.0.2.1']]);
});

test('nothing is remembered: who asks later gets what holds then', async () => {
  let times = 0;
  const shared = new SharedResolutions(async () => {
    times += 1;
    return [`192.0.2.${times}`];
  });
  expect(await shared.addressesOf('a.test', never)).toEqual(['192.0.2.1']);
  expect(await shared.addressesOf('a.test', never)).toEqual(['192.0.2.2']);
});

test('a failure is that of all who wait, and of nobody who asks later', async () => {
  let times = 0;
  const shared = new SharedResolutions(() => {
    times += 1;
    if (times === 1) throw new Error('no name server');
    return Promise.resolve(['192.0.2.1']);
  });
  const both = await Promise.allSettled([
    shared.addressesOf('a.test', never),
    shared.addressesOf('a.test', never),
  ]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await shared.addressesOf('a.test', never)).toEqual(['192.0.2.1']);
});

test('the resolution ends when the last one who waits has left, and not before', async () => {
  const signals: AbortSignal[] = [];
  const shared = new SharedResolutions((_hostname, signal) => {
    signals.push(signal);
    return new Promise(() => {});
  });
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  void shared.addressesOf('a.test', first.signal);
  void shared.addressesOf('a.test', second.signal);
  first.abort();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  second.abort();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  void shared.addressesOf('a.test', third.signal);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});
