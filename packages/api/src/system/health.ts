import type { ManagedSender } from '../routes/services.js';

const FRESH_MS = 1000;

/**
 * Whether the record answers. It is asked once at a time, and not again within a second of its answer, however many
 * ask here: strangers may.
 */
export function healthCheck(
  sender: Pick<ManagedSender, 'totals'>,
  now: () => number,
  onError: (error: unknown) => void,
): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  let answeredMs: number | undefined;

  const ask = async (): Promise<boolean> => {
    try {
      await sender.totals();
      return true;
    } catch (error) {
      onError(error);
      return false;
    } finally {
      answeredMs = now();
    }
  };

  return async () => {
    const isOld = answeredMs !== undefined && now() - answeredMs >= FRESH_MS;
    if (answer === undefined || isOld) {
      answeredMs = undefined;
      answer = ask();
    }
    return answer;
  };
}
