import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { WebhookDispatcher } from '@countersign/core';
import type createNext from 'next';
import { builtApp } from '../../../tools/next/built-app.js';
import { closed, type Host, originOf } from './host.js';

// Its types say that it has a default export, and it is one.
const next: typeof createNext.default = createRequire(import.meta.url)('next');

/** Next.js as `next build` and `next start` run it, in this process: one application for all receivers. */
class NextHost implements Host {
  readonly title = 'Next.js';
  readonly #receivers = new Map<string, WebhookDispatcher>();
  #app: ReturnType<typeof next> | undefined;
  #server: Server | undefined;

  async prepare(): Promise<void> {
    const dir = await builtApp('examples/demo/next-app', { below: 'examples/demo' });
    this.#app = next({ dev: false, dir, quiet: true });
    await this.#app.prepare();
    const handle = this.#app.getRequestHandler();
    this.#server = createServer((request, response) => void handle(request, response));
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    globalThis.demoReceivers = this.#receivers;
  }

  async serve(receiver: WebhookDispatcher) {
    if (this.#server === undefined) throw new Error('Next.js is not prepared');
    const endpoint = `endpoint-${this.#receivers.size}`;
    this.#receivers.set(endpoint, receiver);
    const origin = originOf(this.#server);
    return {
      url: `${origin}/webhooks/${endpoint}`,
      parsedUrl: `${origin}/parsed/${endpoint}`,
      close: async () => {},
    };
  }

  async close(): Promise<void> {
    if (this.#server !== undefined) await closed(this.#server);
    await this.#app?.close();
  }
}

export const nextHost: Host = new NextHost();
