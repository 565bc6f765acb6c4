import type { Transport } from '@countersign/sender';

/** What a transport is made with for one rule of the contract. */
export interface TransportSetup {
  /**
   * The addresses of a name; rejects for one that has none. To be asked in place of any other resolver: apart from
   * `localhost`, the names are made up, and their answers change from one call to the next.
   */
  resolve(hostname: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The certificate, in PEM, of the authority that the rule's servers are certified by: to be trusted. */
  readonly ca: string;
}

/** A transport, for {@link transportContract}. */
export interface TransportTarget {
  /** For reports: its name and version. */
  readonly transport: string;
  /** Makes one anew for each rule, which closes it. */
  create(setup: TransportSetup): Transport | Promise<Transport>;
  /**
   * Rules that cannot be tried on it, by name, each with the reason. For one that takes neither a resolver nor an
   * authority, {@link rulesThatNeed} has the names.
   */
  readonly cannot?: Readonly<Record<string, string>> | undefined;
  /** How long a rule waits for what must happen before it calls it a hang. Default 10,000. */
  readonly patienceMs?: number | undefined;
}

/** What a rule needs of the setup: a transport that cannot take it cannot be tried. */
export type TransportNeed = 'resolve' | 'ca';

/** One thing that every transport must do or withstand. */
export interface TransportRule {
  /** What must hold; unique, and what `cannot` names. */
  readonly name: string;
  readonly needs: readonly TransportNeed[];
  /** Tries it; rejects with an `AssertionError` where it does not hold. */
  run(target: TransportTarget): Promise<void>;
}
