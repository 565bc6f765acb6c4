import type { JsonText } from '@countersign/core';
import { isWellFormed } from '@countersign/core/strict';
import { inputFault, invalidInput } from '../errors/invalid-input.js';
import { unpaired } from './data-faults.js';
import { JsonScan } from './json-scan.js';

/** The text of a `JsonText`, if it is JSON that every receiver reads alike. */
export function jsonTextOf({ text }: JsonText): string {
  if (typeof text !== 'string') throw invalidInput('data', 'a `JsonText` that holds a text', text);
  if (!isWellFormed(text)) throw unpaired('data');
  try {
    JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw inputFault('data', 'is a `JsonText` whose text is not JSON');
    throw cause;
  }
  new JsonScan(text).run();
  return text;
}
