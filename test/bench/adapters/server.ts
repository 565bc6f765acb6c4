import { z } from 'zod';
import { Child } from '../child.js';
import type { Variant } from './apps/app.js';
import type { FrameworkName } from './apps/frameworks.js';
import { Load } from './load.js';

const listening = z.object({ port: z.number() });
const usage = z.object({ cpuMicroseconds: z.number(), rss: z.number(), heapUsed: z.number() });

/** What a process has used so far, and holds now. */
export type Usage = z.infer<typeof usage>;

/** One application in its process, and the connections to it. */
export class Server {
  readonly load: Load;
  readonly #child: Child;

  private constructor(child: Child, load: Load) {
    this.load = load;
    this.#child = child;
  }

  static async start(
    framework: FrameworkName,
    variant: Variant,
    secret: string,
    connections: number,
  ): Promise<Server> {
    const module = new URL('./server-process.ts', import.meta.url);
    const child = new Child(module, [framework, variant, secret], ['--expose-gc']);
    try {
      const { port } = await child.answer(listening);
      return new Server(child, await Load.open(port, connections));
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  usage(): Promise<Usage> {
    return this.#child.answer(usage, 'usage');
  }

  /** After garbage collection. */
  settledMemory(): Promise<Usage> {
    return this.#child.answer(usage, 'settled memory');
  }

  async stop(): Promise<void> {
    this.load.close();
    await this.#child.stop();
  }
}
