import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorTable, type ReceiverOutcome } from '@countersign/core';
import {
  type AdapterTarget,
  adapterContract,
  adapterRules,
  attacks,
  behaviour,
  runRule,
} from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { serveExpress } from './express.js';

/** What is told of requests, apart from what a receiver tells of itself. */
const outcomes = Object.entries(errorTable).flatMap(([code, row]) => ('status' in row ? [code] : []));
const modes = ['handler', 'guard'] as const;

/** What only the other mode can meet, as a guard does not wait for the application; or a receiver with an inbox. */
const foreign: Readonly<Record<AdapterTarget['mode'], readonly string[]>> = {
  handler: ['answer_overdue', 'inbox_unavailable'],
  guard: ['claim_lost', 'handler_settled_late', 'inbox_unavailable'],
};

describe('the adapter contract', () => {
  test('its rules have names of their own, and 27 of them are the attack corpus', () => {
    expect(new Set(adapterRules.map(({ name }) => name)).size).toBe(adapterRules.length);
    expect(attacks.map(({ number }) => number)).toEqual(Array.from({ length: 27 }, (_, index) => index + 1));
    expect(adapterRules).toEqual([...behaviour, ...attacks]);
  });

  test('the README says how many there are', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
    expect(page).toContain(`one contract, ${behaviour.length} rules and ${attacks.length} attacks`);
  });

  test('a rule that cannot be tried says so, and one that does not exist is a mistake', async () => {
    const serve: AdapterTarget['serve'] = () => Promise.reject(new Error('not to be served'));
    const name = adapterRules[0]?.name ?? '';
    const target = { mode: 'handler', adapter: 'none', serve } as const;
    const [first] = adapterContract({ ...target, cannot: { [name]: 'it has no server' } });
    expect(first).toMatchObject({ title: `${name} (cannot be tried on none: it has no server)` });
    expect(await first?.run()).toEqual({ tried: false, reason: 'it has no server' });
    expect(() => adapterContract({ ...target, cannot: { 'no such rule': 'why' } })).toThrow(/no such rule/);
  });

  test.each(modes)('in %s mode every outcome that a request can have is brought about', async (mode) => {
    const told = new Set<string>();
    const target: AdapterTarget = {
      mode,
      adapter: 'express',
      serve: (setup) =>
        serveExpress(
          { ...setup, receiver: { ...setup.receiver, onOutcome: overheard(setup.receiver.onOutcome) } },
          mode,
        ),
    };
    const overheard =
      (hook: ((outcome: ReceiverOutcome) => unknown) | undefined) => (outcome: ReceiverOutcome) => {
        told.add(outcome.code);
        return hook?.(outcome);
      };
    for (const rule of behaviour) if ((rule.mode ?? mode) === mode) await runRule(rule, target);
    const accepted = ['processed', 'duplicate', 'ignored', 'handshake', 'commit_failed'];
    const notices = ['answer_overdue', 'handler_settled_late'];
    const expected = [...outcomes, ...accepted, ...notices].filter((code) => !foreign[mode].includes(code));
    expect([...told].filter((code) => code !== 'replay_store_is_local').sort()).toEqual(expected.sort());
  });
});
