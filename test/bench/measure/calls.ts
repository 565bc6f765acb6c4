import { interleave } from './rounds.js';

/** A function under measurement. */
export interface Call {
  readonly name: string;
  /** Makes one call with the `turn`-th input. */
  run(turn: number): Promise<unknown>;
}

/** Microseconds per call, one sample for each round. */
export interface CallSamples {
  readonly name: string;
  readonly microseconds: readonly number[];
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmUpMs: number;
}

/** Times the calls in interleaved rounds. */
export async function measureCalls(calls: readonly Call[], effort: Effort): Promise<readonly CallSamples[]> {
  const contenders: (CallSamples & { call: Call; count: number; microseconds: number[] })[] = [];
  for (const call of calls) {
    const perCallMs = await warmUp(call, effort.warmUpMs);
    const count = Math.max(1, Math.round(effort.sliceMs / perCallMs));
    contenders.push({ name: call.name, call, count, microseconds: [] });
  }
  await interleave(contenders, effort.rounds, async ({ call, count, microseconds }) => {
    microseconds.push((1000 * (await timed(call, count))) / count);
  });
  return contenders;
}

/** Lets the compiler finish, and learns how long one call takes. */
async function warmUp(call: Call, warmUpMs: number): Promise<number> {
  const untilMs = performance.now() + warmUpMs;
  let count = 1;
  let perCallMs = await timed(call, count);
  while (performance.now() < untilMs) {
    count = Math.max(1, Math.min(10_000, Math.round(warmUpMs / 10 / perCallMs)));
    perCallMs = (await timed(call, count)) / count;
  }
  return perCallMs;
}

async function timed(call: Call, count: number): Promise<number> {
  const startMs = performance.now();
  for (let turn = 0; turn < count; turn += 1) await call.run(turn);
  return performance.now() - startMs;
}
