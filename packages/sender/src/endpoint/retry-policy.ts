import type { DisableRule, RetryPolicy } from '@countersign/core';
import { inputFault, invalidInput } from '../errors/invalid-input.js';
import { checkPart } from '../errors/names.js';

const MAX_ATTEMPTS = 100;
const LONGEST_DELAY_MS = 30 * 24 * 3_600_000;
const FOR_BOTH = ['jitter', 'clientErrors', 'disable'];
const OF_DELAYS = ['delaysMs', ...FOR_BOTH];
const OF_SERIES = ['maxAttempts', 'initialDelayMs', 'multiplier', 'maxDelayMs', ...FOR_BOTH];

/** A retry policy, checked and copied; each refusal names its part. */
export function checkedRetryPolicy(policy: unknown, field = 'retry'): RetryPolicy {
  if (typeof policy !== 'object' || policy === null) {
    throw invalidInput(
      field,
      '`{ delaysMs }` or `{ maxAttempts, initialDelayMs, multiplier, maxDelayMs }`',
      policy,
    );
  }
  const part = (name: string): unknown => Reflect.get(policy, name);
  checkPart(field, policy, part('delaysMs') === undefined ? OF_SERIES : OF_DELAYS);
  const number = (name: string, from: number, to: number): number => {
    const value = part(name);
    if (typeof value === 'number' && value >= from && value <= to) return value;
    throw invalidInput(`${field}.${name}`, `a number from ${from} to ${to}`, value);
  };
  const rest = {
    ...(part('jitter') !== undefined && { jitter: number('jitter', 0, 1) }),
    ...(part('clientErrors') !== undefined && {
      clientErrors: clientErrors(`${field}.clientErrors`, part('clientErrors')),
    }),
    ...(part('disable') !== undefined && { disable: disableRule(`${field}.disable`, part('disable')) }),
  };
  if (part('delaysMs') !== undefined)
    return { delaysMs: delays(`${field}.delaysMs`, part('delaysMs')), ...rest };
  const maxAttempts = number('maxAttempts', 1, MAX_ATTEMPTS);
  if (!Number.isInteger(maxAttempts))
    throw invalidInput(`${field}.maxAttempts`, 'a whole number', maxAttempts);
  return {
    maxAttempts,
    initialDelayMs: number('initialDelayMs', 0, LONGEST_DELAY_MS),
    multiplier: number('multiplier', 1, 100),
    maxDelayMs: number('maxDelayMs', 0, LONGEST_DELAY_MS),
    ...rest,
  };
}

function delays(field: string, list: unknown): readonly number[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_ATTEMPTS) {
    throw invalidInput(field, `a list of 1 to ${MAX_ATTEMPTS} delays`, list);
  }
  return list.map((delayMs: unknown, index) => {
    if (typeof delayMs === 'number' && delayMs >= 0 && delayMs <= LONGEST_DELAY_MS) return delayMs;
    throw invalidInput(`${field}[${index}]`, `a number from 0 to ${LONGEST_DELAY_MS}`, delayMs);
  });
}

function clientErrors(field: string, value: unknown): 'retry' | 'fail' {
  if (value === 'retry' || value === 'fail') return value;
  throw invalidInput(field, "'retry' or 'fail'", value);
}

function disableRule(field: string, rule: unknown): DisableRule {
  const when = typeof rule === 'object' && rule !== null ? Reflect.get(rule, 'when') : undefined;
  if (when === 'exhausted') return { when };
  const ms =
    when === 'failing-for' && typeof rule === 'object' && rule !== null ? Reflect.get(rule, 'ms') : undefined;
  if (when === 'failing-for' && typeof ms === 'number' && ms > 0 && Number.isFinite(ms)) return { when, ms };
  throw inputFault(
    field,
    "must be `{ when: 'exhausted' }` or `{ when: 'failing-for', ms }` with a number of milliseconds over 0",
  );
}
