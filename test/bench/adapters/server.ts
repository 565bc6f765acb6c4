import { z } from 'zod';
import { Child } from '../child.js';
import type { AppName } from './apps/index.js';
import { Load } from './load.js';

const listening = z.object({ port: z.number() });
const usage = z.object({ cpuMicroseconds: z.number(), rss: z.number(), heapUsed: z.number() });

/** What a process has used so far, and holds now. */
export type Usage = z.infer<typeof usage>;

/** One application in its process, and the connections to it. */
export class Server {
  readonly name: AppName;
  readonly load: Load;
  readonly #child: Child;

  private constructor(name: AppName, child: Child, load: Load) {
    this.name = name;
    this.load = load;
    this.#child = child;
  }

  static async start(name: AppName, secret: string, connections: number): Promise<Server> {
    const child = new Child(new URL('./server-process.ts', import.meta.url), [name, secret], ['--expose-gc']);
    try {
      const { port } = await child.answer(listening);
      return new Server(name, child, await Load.open(port, connections));
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
