import { z } from 'zod';
import { Child } from '../child.js';

const reached = z.object({ reached: z.literal(true) });
const listening = z.object({ answering: z.array(z.number()), silent: z.array(z.number()) });

/** Where deliveries go. */
export interface Sink {
  /** URLs that answer 200 at once, each of an origin of its own. */
  readonly urls: readonly string[];
  /** URLs that never answer. */
  readonly silentUrls: readonly string[];
  /** Resolves when so many more requests have been answered. */
  answered(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the sink in a process of its own. */
export async function startSink(origins: number): Promise<Sink> {
  const child = new Child(new URL('./sink-process.ts', import.meta.url), [String(origins)]);
  const { answering, silent } = await child.answer(listening);
  const urlOf = (port: number): string => `http://127.0.0.1:${port}/webhooks`;
  return {
    urls: answering.map(urlOf),
    silentUrls: silent.map(urlOf),
    answered: async (count) => void (await child.answer(reached, String(count))),
    stop: () => child.stop(),
  };
}
