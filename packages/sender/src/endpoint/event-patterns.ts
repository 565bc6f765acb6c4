import { matchesEventPattern } from '@countersign/core';
import { isEventPattern } from '@countersign/core/strict';
import { inputFault, invalidInput } from '../errors/invalid-input.js';

const MAX_PATTERNS = 100;
const ALPHABET = /^[A-Za-z0-9_.:*-]{1,128}$/;

/**
 * Event patterns of a subscription, each once: a type, a type's beginning and `.*`, or `*`. `types`: what the sender can
 * send, where it is known; a pattern that matches none of them is a mistake.
 */
export function checkedPatterns(
  patterns: unknown,
  types: ReadonlySet<string> | undefined,
): readonly string[] {
  if (!Array.isArray(patterns) || patterns.length === 0 || patterns.length > MAX_PATTERNS) {
    throw invalidInput('events', `a list of 1 to ${MAX_PATTERNS} event patterns`, patterns);
  }
  for (const [index, pattern] of patterns.entries()) checkPattern(`events[${index}]`, pattern, types);
  return [...new Set<string>(patterns)];
}

function checkPattern(field: string, pattern: unknown, types: ReadonlySet<string> | undefined): void {
  if (typeof pattern !== 'string') throw invalidInput(field, 'an event pattern', pattern);
  if (!ALPHABET.test(pattern) || !isEventPattern(pattern)) {
    throw inputFault(field, 'must be an event type, the beginning of one and `.*` (such as `job.*`), or `*`');
  }
  if (types !== undefined && pattern !== '*' && !matchesSome(pattern, types)) {
    throw inputFault(field, "matches none of the sender's `events`");
  }
}

function matchesSome(pattern: string, types: ReadonlySet<string>): boolean {
  for (const type of types) if (matchesEventPattern(pattern, type)) return true;
  return false;
}
