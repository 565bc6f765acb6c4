import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES_EACH = 16;

// Asked for 256 ids at once: a call for 16 bytes takes longer than all the rest of an id.
const pool = new Uint8Array(256 * BYTES_EACH);
let used = pool.length;
let msecs = 0;
let seq = 0;

/**
 * A new id: `evt_`, `wh_`, `dlv_` and the digits of a UUID version 7. Those of one process grow, as indexes like them;
 * within a millisecond, or where the clock goes back, they are counted (RFC 9562, section 6.2, method 1).
 */
export function newId(prefix: 'evt' | 'wh' | 'dlv' | 'test'): string {
  const random = randomBytes();
  const nowMs = Date.now();
  if (nowMs > msecs) {
    msecs = nowMs;
    // 31 bits, so that there is room to count.
    seq = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else {
    seq += 1;
  }
  return `${prefix}_${v7({ random, msecs, seq }).replaceAll('-', '')}`;
}

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES_EACH;
  return pool.subarray(used - BYTES_EACH, used);
}
