import { memoryReplayStore } from '@countersign/core';
import type { Host, Served } from './hosts/host.js';
import { Ledger } from './ledger.js';
import type { Keys, System } from './systems.js';

/** A system's receiver, served by a framework. */
export interface Endpoint extends Served {
  readonly keys: Keys;
  readonly ledger: Ledger;
}

/** Serves a system's receiver. */
export async function startEndpoint(system: System, host: Host): Promise<Endpoint> {
  const keys = await system.newKeys();
  const ledger = new Ledger();
  const receiver = system.receiver({
    secrets: () => keys.verifyWith,
    replay: memoryReplayStore(),
    onOutcome: ledger.onOutcome,
    work: ledger.work,
  });
  return { ...(await host.serve(receiver)), keys, ledger };
}
