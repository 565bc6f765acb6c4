import { inputFault, invalidInput } from './invalid-input.js';

/** Refuses members that are none of an input's: a misspelt one would be an option that is ignored. */
export function checkNames(what: string, input: object, known: readonly string[]): void {
  check(what, '', input, known);
}

/** The same for an input that is part of another, at a path. */
export function checkPart(path: string, input: object, known: readonly string[]): void {
  check(path, `${path}.`, input, known);
}

/** A call's last argument, with the names that it can have; without one, all is by default. */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidInput('options', `an object with ${known.join(', ')}`, options);
  checkNames('options', options, known);
}

function check(what: string, prefix: string, input: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || known.includes(name)) continue;
    const names = `they are ${known.join(', ')}`;
    // Any other name may be long, or hold anything.
    if (!/^\w{1,40}$/.test(name)) throw inputFault(what, `has an option that is none: ${names}`);
    throw inputFault(`${prefix}${name}`, `is no option here: ${names}`);
  }
}
