import { runTransportRule, transportRules } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { brokenTransports } from './broken-transports.js';

/** Longer than any of these takes to fail where it does not hang. */
const PATIENCE_MS = 500;

describe.each(brokenTransports)('a transport that $fault is found', ({ fault, create, breaks }) => {
  test.each(breaks)('by "%s"', async (name) => {
    const rule = transportRules.find((each) => each.name === name);
    expect(rule, name).toBeDefined();
    const target = { transport: fault, create, patienceMs: PATIENCE_MS };
    const outcome = await (rule && runTransportRule(rule, target))?.then(
      () => 'the rule holds',
      (error: unknown) => error,
    );
    expect(outcome).toMatchObject({ name: 'AssertionError' });
  });
});

test('every rule finds one of them', () => {
  const found = new Set(brokenTransports.flatMap(({ breaks }) => breaks));
  expect(transportRules.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
});
