import { isJsonObject } from '@countersign/core/strict';

/** The member at a path of parsed JSON; `undefined` where there is none. */
export function member(json: unknown, ...path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}
