import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { build } from 'esbuild';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from '../sender/sqlite/temporary-folder.js';

/** A program of this folder, built from the sources of the packages: it starts quickly, again and again. */
export async function buildProgram(entry: string): Promise<string> {
  const outfile = join(temporaryFolder(), `${basename(entry, '.ts')}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@countersign/source', 'node'],
    external: ['pg-native'],
    logLevel: 'error',
    // Packages that are CommonJS ask for what Node.js has.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}

/** A process that runs such a program. */
export class ChildProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #closed: Promise<void>;
  readonly #name: string;
  #lines: string[] = [];
  #rest = '';
  #complaints = '';
  #isKilled = false;

  /** `settings` are handed over as JSON. */
  constructor(program: string, settings: unknown) {
    this.#name = basename(program);
    this.#child = spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: 'pipe' });
    this.#closed = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = `${this.#complaints}${text}`.slice(-4000);
    });
    onTestFinished(() => this.kill());
  }

  /** What it has printed, line by line; half a line is none. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The end of what it has complained of. */
  get complaints(): string {
    return this.#complaints;
  }

  /** Until it has printed a line. Rejects where it ends before. */
  async printed(line: string): Promise<void> {
    await expect
      .poll(() => this.#isOver() || this.#lines.includes(line), {
        interval: 10,
        message: `${this.#name}: ${line}`,
      })
      .toBe(true);
    this.mustRun();
  }

  /** Throws, with what it has complained of, where it has ended by itself. */
  mustRun(): void {
    const { exitCode, signalCode } = this.#child;
    if (this.#isKilled || !this.#isOver()) return;
    throw new Error(`${this.#name} has ended with ${exitCode ?? signalCode}:\n${this.#complaints}`);
  }

  /** Ends what it does, but not itself. */
  quieten(): void {
    this.#child.stdin.end();
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Sends SIGKILL, and waits for the end and for all that it has printed. */
  async kill(): Promise<void> {
    this.mustRun();
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #read(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines);
  }
}
