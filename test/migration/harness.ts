import type { Express } from 'express';
import { onTestFinished, vi } from 'vitest';
import { listen } from '../adapters/listen.js';

/** What the application does with an event; the code on the page calls it by this name. */
export type Book = (event: unknown) => Promise<void> | void;

/** The code of the page behind a real server, with a memory of its own. */
export interface Migration {
  /** What `book` was called with. */
  readonly booked: readonly unknown[];
  /** The codes of the process warnings. */
  warnings(): readonly string[];
  /** Posts to the route; resolves to what was answered. */
  post(headers: Readonly<Record<string, string>>, body: Uint8Array | string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Loads one module of the page anew and serves its `app`. */
export async function serve(
  load: () => Promise<{ readonly app: Express }>,
  { secret, book = () => {} }: { readonly secret?: string | undefined; readonly book?: Book } = {},
): Promise<Migration> {
  const booked: unknown[] = [];
  vi.stubEnv('WEBHOOK_SECRET', secret);
  vi.stubGlobal('book', async (event: unknown) => {
    booked.push(event);
    await book(event);
  });
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  vi.resetModules();
  const { app } = await load();
  const { origin, close } = await listen(app);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    emitWarning.mockRestore();
    await close();
  });
  return {
    booked,
    warnings: () => emitWarning.mock.calls.map(([, options]) => codeOf(options)),
    async post(headers, body) {
      const response = await fetch(`${origin}/webhooks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : Uint8Array.from(body),
      });
      return { status: response.status, text: await response.text() };
    },
  };
}

function codeOf(options: unknown): string {
  return typeof options === 'object' && options !== null && 'code' in options ? String(options.code) : '';
}
