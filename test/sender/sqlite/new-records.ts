import type { EndpointDraft, LaneReport, NewDelivery, NewEvent, Settlement } from '@countersign/sender';

let made = 0;

/** An id that nothing else has. */
export function newId(kind: string): string {
  made += 1;
  return `${kind}_${process.pid}_${made}`;
}

export const newEvent = (fields: Partial<NewEvent> = {}): NewEvent => ({
  id: newId('evt'),
  tenant: '',
  type: 'job.done',
  data: '{"job_id":"j1"}',
  digest: 'd1'.repeat(32),
  timestampMs: Date.UTC(2026, 0, 1),
  ...fields,
});

export const newEndpoint = (fields: Partial<EndpointDraft> = {}): EndpointDraft => ({
  id: newId('wh'),
  tenant: '',
  status: 'enabled',
  events: ['*'],
  secrets: [],
  settings: { url: 'https://receiver.example/hooks' },
  ...fields,
});

export const newDelivery = (endpointId: string, fields: Partial<NewDelivery> = {}): NewDelivery => ({
  id: newId('dlv'),
  endpointId,
  status: 'pending',
  delayMs: 0,
  ...fields,
});

/** The first attempt of a delivery, which succeeded or was the last one. */
export const ended = (deliveryId: string, status: 'delivered' | 'failed' = 'delivered'): Settlement => ({
  deliveryId,
  attempt: { number: 1, durationMs: 12, status: status === 'delivered' ? 200 : 500 },
  next: { status },
});

export const report = (...settlements: readonly Settlement[]): LaneReport => ({
  settlements,
  tallies: [],
  state: { failures: 0, successes: 0 },
  release: true,
});
