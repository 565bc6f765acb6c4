import { z } from 'zod';
import { Child } from '../child.js';

const listening = z.object({ answering: z.array(z.number()), silent: z.array(z.number()) });

/** Where deliveries go. */
export interface Sink {
  /** URLs that answer 200 at once, each of an origin of its own. */
  readonly urls: readonly string[];
  /** URLs that never answer. */
  readonly silentUrls: readonly string[];
  stop(): Promise<void>;
}

/** Starts the sink in a process of its own. */
export async function startSink(origins: number): Promise<Sink> {
  const child = new Child(new URL('./sink-process.ts', import.meta.url), [String(origins)]);
  const { answering, silent } = await child.answer(listening);
  const urlOf = (port: number): string => `http://127.0.0.1:${port}/webhooks`;
  return { urls: answering.map(urlOf), silentUrls: silent.map(urlOf), stop: () => child.stop() };
}
