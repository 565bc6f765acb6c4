import type { Settlement } from '@countersign/sender';

/** An attempt that succeeded. */
export const delivered = (deliveryId: string, number = 1): Settlement => ({
  deliveryId,
  attempt: { number, durationMs: 12, status: 200 },
  next: { status: 'delivered' },
});

/** An attempt that was the last one. */
export const failed = (deliveryId: string, number = 1): Settlement => ({
  deliveryId,
  attempt: { number, durationMs: 34, status: 500 },
  next: { status: 'failed' },
});

/** An attempt after which there will be another. */
export const retried = (deliveryId: string, delayMs = 0, number = 1): Settlement => ({
  deliveryId,
  attempt: { number, durationMs: 56, error: 'timeout' },
  next: { status: 'pending', delayMs, spent: number, postponements: 0, successesAtFirstFailure: 0 },
});

/** 64 hex digits, the same for equal texts. */
export const digestOf = (text: string): string =>
  Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64);
