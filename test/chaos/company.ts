import { setTimeout as pause } from 'node:timers/promises';
import { buildProgram, ChildProcess } from './program.js';
import { pick, type Random } from './random.js';
import type { ReceiverSettings, SenderSettings } from './settings.js';

const SENDERS = 3;
/** Beyond the lease of a lane. */
const STOPPED_MS = 16_000;

/** Who plays in a run. */
export interface CompanyOptions {
  readonly sender: Omit<SenderSettings, 'name'>;
  readonly receivers: readonly ReceiverSettings[];
  readonly random: Random;
}

interface Programs {
  readonly sender: string;
  readonly receiver: string;
}

interface Receiver {
  readonly settings: ReceiverSettings;
  process: ChildProcess;
}

/** The senders and receivers of a run: one that is killed is replaced at once. */
export class Company {
  readonly #programs: Programs;
  readonly #options: CompanyOptions;
  #senders: ChildProcess[] = [];
  #receivers: Receiver[] = [];
  /** All that ever were, for what they have printed. */
  readonly #sendersEver: ChildProcess[] = [];
  readonly #stopped = new Map<ChildProcess, Promise<void>>();

  private constructor(programs: Programs, options: CompanyOptions) {
    this.#programs = programs;
    this.#options = options;
    this.#senders = Array.from({ length: SENDERS }, () => this.#newSender());
    this.#receivers = options.receivers.map((settings) => ({
      settings,
      process: this.#newReceiver(settings),
    }));
  }

  static async start(options: CompanyOptions): Promise<Company> {
    const [sender, receiver] = await Promise.all(
      ['sender-program.ts', 'receiver-program.ts'].map(buildProgram),
    );
    if (sender === undefined || receiver === undefined) throw new Error('there is no program');
    return new Company({ sender, receiver }, options);
  }

  async killSender(): Promise<void> {
    const victim = pick(this.#senders, this.#options.random);
    await victim.kill();
    this.#senders = this.#senders.map((one) => (one === victim ? this.#newSender() : one));
  }

  async killReceiver(): Promise<void> {
    const victim = pick(this.#receivers, this.#options.random);
    await victim.process.kill();
    victim.process = this.#newReceiver(victim.settings);
  }

  /** One of those that run, unless it is the last one. It goes on when its leases are over. */
  stopSender(): void {
    const running = this.#senders.filter((one) => !this.#stopped.has(one));
    if (running.length < 2) return;
    const victim = pick(running, this.#options.random);
    victim.signal('SIGSTOP');
    const goesOn = pause(STOPPED_MS).then(() => {
      this.#stopped.delete(victim);
      victim.signal('SIGCONT');
    });
    this.#stopped.set(victim, goesOn);
  }

  /** Throws where one has ended by itself. */
  mustRun(): void {
    for (const one of this.#all()) one.mustRun();
  }

  /** Until all run again, and none sends any more; they deliver on. */
  async quieten(): Promise<void> {
    await Promise.all(this.#stopped.values());
    for (const one of this.#senders) one.quieten();
    for (const one of this.#senders) await one.printed('quiet');
  }

  async end(): Promise<void> {
    for (const one of this.#all()) await one.kill();
  }

  /** Events that a sender was told are safe. */
  acknowledged(): ReadonlySet<string> {
    return new Set(this.#printed('sent '));
  }

  /** How often each notice was told. */
  notices(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const code of this.#printed('notice ')) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  }

  complaints(): string {
    return this.#all()
      .map((one) => one.complaints)
      .join('');
  }

  #printed(kind: string): readonly string[] {
    return this.#sendersEver.flatMap(({ lines }) =>
      lines.filter((line) => line.startsWith(kind)).map((line) => line.slice(kind.length)),
    );
  }

  #all(): readonly ChildProcess[] {
    return [...this.#senders, ...this.#receivers.map(({ process }) => process)];
  }

  #newSender(): ChildProcess {
    const name = `s${this.#sendersEver.length}`;
    const settings: SenderSettings = { ...this.#options.sender, name };
    const started = new ChildProcess(this.#programs.sender, settings);
    this.#sendersEver.push(started);
    return started;
  }

  #newReceiver(settings: ReceiverSettings): ChildProcess {
    return new ChildProcess(this.#programs.receiver, settings);
  }
}
