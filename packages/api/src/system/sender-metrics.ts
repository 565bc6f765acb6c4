import type { SenderOutcome, SenderTotals } from '@countersign/sender';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ManagedSender } from '../routes/services.js';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const OUTCOMES = ['delivered', 'failed', 'retry'];
const REASONS = ['gone', 'failing'];

/**
 * A sender's numbers in Prometheus' text format. Counters begin with the API: they are of this process. Nothing is
 * labelled by endpoint or tenant: there is no end of them, and they would tell one of the other.
 */
export function senderMetrics(sender: Pick<ManagedSender, 'observe' | 'totals'>): () => Promise<string> {
  const registry = new Registry();
  const count = counters(registry);
  const show = gauges(registry);
  sender.observe(count);
  return async () => {
    show(await sender.totals());
    return registry.metrics();
  };
}

function counters(registry: Registry): (outcome: SenderOutcome) => void {
  const registers = [registry];
  const attempts = new Counter({
    name: 'countersign_attempts_total',
    help: 'Attempts, by what came of them.',
    labelNames: ['outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'countersign_attempt_duration_seconds',
    help: 'How long attempts took, answered or not.',
    buckets: SECONDS,
    registers,
  });
  const disabled = new Counter({
    name: 'countersign_endpoints_disabled_total',
    help: 'Endpoints that were disabled by what they answered.',
    labelNames: ['reason'],
    registers,
  });
  const notices = new Counter({
    name: 'countersign_notices_total',
    help: 'Notices, by code: what somebody should look at.',
    labelNames: ['code'],
    registers,
  });
  // Known from the first look on, so that the first one that is counted is an increase.
  for (const outcome of OUTCOMES) attempts.inc({ outcome }, 0);
  for (const reason of REASONS) disabled.inc({ reason }, 0);
  return (outcome) => {
    if (outcome.kind === 'attempt') {
      attempts.inc({ outcome: outcome.outcome });
      durations.observe(outcome.durationMs / 1000);
    } else if (outcome.kind === 'endpoint_disabled') disabled.inc({ reason: outcome.reason });
    else notices.inc({ code: outcome.code });
  };
}

function gauges(registry: Registry): (totals: SenderTotals) => void {
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `countersign_${name}`, help, registers: [registry] });
  const endpoints = gauge('endpoints', 'Endpoints in the record.');
  const pending = gauge('deliveries_pending', 'Deliveries that are not at an end.');
  const retrying = gauge('deliveries_retrying', 'Of these, with an attempt behind them.');
  const inFlight = gauge('exchanges_in_flight', 'Exchanges that this process has in flight.');
  const lanes = gauge('lanes_held', 'Endpoints whose lanes this process holds.');
  return (totals) => {
    endpoints.set(totals.endpoints);
    pending.set(totals.pending);
    retrying.set(totals.retrying);
    inFlight.set(totals.inFlight);
    lanes.set(totals.lanes);
  };
}
