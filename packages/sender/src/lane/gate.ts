/** How many exchanges an endpoint may have in flight, learnt from how the last ones went. */
export interface Gate {
  readonly window: number;
  /** Failed attempts since the last success. */
  readonly failures: number;
}

const PROBING_FROM = 5;
const FIRST_PARK_MS = 1000;
const LONGEST_PARK_MS = 30_000;

/** A lane starts with one exchange. */
export function openGate(failures: number): Gate {
  return { window: 1, failures };
}

/** Each success doubles the window, up to the endpoint's cap. */
export function afterSuccess(gate: Gate, cap: number): Gate {
  if (gate.failures === 0 && gate.window === cap) return gate;
  return { window: Math.min(cap, gate.window * 2), failures: 0 };
}

/** Each failure halves it; where the last five all failed, one probe at a time is made. */
export function afterFailure(gate: Gate): Gate {
  const failures = gate.failures + 1;
  return { window: failures >= PROBING_FROM ? 1 : Math.max(1, Math.floor(gate.window / 2)), failures };
}

/**
 * How long the lane rests after a failed probe, its backlog parked: 1 s, doubling up to 30 s. Shorter runs of failures
 * leave the pace to the retry schedule.
 */
export function parkAfterFailureMs({ failures }: Gate): number {
  if (failures < PROBING_FROM) return 0;
  return Math.min(LONGEST_PARK_MS, FIRST_PARK_MS * 2 ** (failures - PROBING_FROM));
}
