import type { Response } from 'express';

/** The same answer in all applications written by hand, as long as ours. */
export function acknowledge(res: Response): void {
  res.json({ received: true, status: 'processed' });
}
