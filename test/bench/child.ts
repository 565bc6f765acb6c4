import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ZodType } from 'zod';

const ANSWER_TIMEOUT_MS = 600_000;

/** A process of its own, so that one contender's heap and compiled code are not another's. */
export class Child {
  readonly #process: ChildProcess;

  constructor(module: URL, args: readonly string[], nodeOptions: readonly string[] = []) {
    this.#process = fork(fileURLToPath(module), [...args], {
      // The loader that runs this process's TypeScript stands in `execArgv`.
      execArgv: [...process.execArgv, ...nodeOptions],
      env: { ...process.env, NODE_ENV: 'production' },
    });
  }

  /** Its next message; before it, what to ask for. Rejects if the process ends instead. */
  answer<T>(schema: ZodType<T>, question?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#process.off('message', onMessage).off('exit', onExit);
        finish();
      };
      const onMessage = (message: unknown): void => {
        const parsed = schema.safeParse(message);
        settle(() => (parsed.success ? resolve(parsed.data) : reject(parsed.error)));
      };
      const onExit = (code: number | null): void =>
        settle(() => reject(new Error(`a child process ended (${code}) before it answered`)));
      const timer = setTimeout(
        () => settle(() => reject(new Error('a child process did not answer'))),
        ANSWER_TIMEOUT_MS,
      );
      this.#process.on('message', onMessage).on('exit', onExit);
      if (question !== undefined) this.#process.send(question);
    });
  }

  /** Ends it. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
  }
}
