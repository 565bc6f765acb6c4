import {
  type AdapterSetup,
  type AdapterTarget,
  adapterContract,
  type ServedReceiver,
} from '@countersign/testing';
import { type Report, reportOf } from '../report.js';
import type { ContractRuntime } from './runtimes.js';

/** Runs the whole adapter contract in this process, in both modes. */
export async function* contractReports(
  { adapter, cannot }: ContractRuntime,
  serve: (setup: AdapterSetup, mode: AdapterTarget['mode']) => Promise<ServedReceiver>,
): AsyncGenerator<Report> {
  for (const mode of ['handler', 'guard'] as const) {
    const target: AdapterTarget = { adapter, mode, cannot, serve: (setup) => serve(setup, mode) };
    for (const { title, run } of adapterContract(target)) yield reportOf(mode, title, run);
  }
}
