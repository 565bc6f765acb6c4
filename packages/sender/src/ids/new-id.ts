import { v7 } from 'uuid';

/** A new id: `evt_`, `wh_`, `dlv_` and the digits of a UUID version 7, which grow with time, as indexes like them. */
export function newId(prefix: 'evt' | 'wh' | 'dlv' | 'test'): string {
  return `${prefix}_${v7().replaceAll('-', '')}`;
}
