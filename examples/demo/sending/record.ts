import { createSender, type DeliveryWithAttempts, type Endpoint, type Sender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { differences } from '../compare.js';
import type { Sent, Subscriber } from './send-system.js';
import type { Fate } from './troubles.js';

/** What the record says of a system's endpoints. */
export interface RecordRow {
  readonly system: string;
  /** By endpoint, in the words of the table. */
  readonly cells: Readonly<Record<string, string>>;
  readonly deliveries: number;
  readonly attempts: number;
  /** Empty where exactly what must happen has happened. */
  readonly differences: readonly string[];
}

/** Opens the file again, as another process would, and compares what stands in it with what must. */
export async function readRecord(sent: Sent): Promise<RecordRow> {
  const { path, system, subscribers, troubled, followed, refusal } = sent;
  const sender = createSender({ store: sqliteStore({ path }), provider: system.provider });
  const cells: Record<string, string> = {};
  const found: string[] = [];
  let deliveries = 0;
  let attempts = 0;
  try {
    for (const { title, endpoint, ledger } of subscribers) {
      const record = await recordOf(sender, endpoint);
      cells[title] = subscriberCell(record);
      found.push(...subscriberDifferences(title, record, sent, ledger));
      deliveries += record.length;
      attempts += record.reduce((sum, delivery) => sum + delivery.attemptCount, 0);
    }
    for (const [trouble, endpoint] of troubled) {
      const [delivery] = await recordOf(sender, endpoint);
      const { disabledReason } = await sender.endpoints.get(endpoint.id);
      const fate = fateOf(delivery, disabledReason);
      cells[trouble.name] = troubleCell(fate);
      found.push(...differences(trouble.mustEnd, fate).map((line) => `${trouble.name}: ${line}`));
      deliveries += 1;
      attempts += fate.attempts;
    }
  } finally {
    await sender.stop();
  }
  const must = { followed: 0, refusal: 'refused: url' };
  found.push(...differences(must, { followed, refusal }));
  return { system: system.title, cells, deliveries, attempts, differences: found };
}

async function recordOf(sender: Sender, { id }: Endpoint): Promise<readonly DeliveryWithAttempts[]> {
  const { data } = await sender.deliveries.list({ endpointId: id, limit: 500 });
  return Promise.all(data.map((delivery) => sender.deliveries.get(delivery.id)));
}

function subscriberCell(record: readonly DeliveryWithAttempts[]): string {
  const delivered = record.filter(({ status }) => status === 'delivered');
  const retried = delivered.filter(({ attemptCount }) => attemptCount > 1);
  return `${delivered.length} of ${record.length}, ${retried.length} retried`;
}

/** Every event arrived once, with its data, and the one whose handler failed was sent again. */
function subscriberDifferences(
  title: string,
  record: readonly DeliveryWithAttempts[],
  { events }: Sent,
  { handled }: Subscriber['ledger'],
): readonly string[] {
  const retried = record.filter(({ attemptCount }) => attemptCount > 1).map(({ eventType }) => eventType);
  const seen = {
    delivered: Object.fromEntries(record.map(({ eventType, status }) => [eventType, status])),
    handled: Object.fromEntries(handled.map(({ type, data }) => [type, data])),
    runs: handled.length,
    retried: retried.length,
  };
  const must = {
    delivered: Object.fromEntries(Object.keys(events).map((type) => [type, 'delivered'])),
    handled: events,
    runs: Object.keys(events).length + 1,
    retried: 1,
  };
  return differences(must, seen).map((line) => `${title}: ${line}`);
}

function fateOf(
  delivery: DeliveryWithAttempts | undefined,
  disabled: Endpoint['disabledReason'],
): Omit<Fate, 'status' | 'disabled'> & { readonly status: string; readonly disabled?: string } {
  const last = delivery?.lastStatus ?? delivery?.lastError?.split(':')[0] ?? 'none';
  return {
    status: delivery?.status ?? 'none',
    attempts: delivery?.attempts.length ?? 0,
    last,
    ...(disabled !== undefined && { disabled }),
  };
}

function troubleCell({ status, attempts, last, disabled }: ReturnType<typeof fateOf>): string {
  const how =
    status === 'delivered' ? `delivered at attempt ${attempts}` : `${status}: ${last}, ${attempts} attempts`;
  return disabled === undefined ? how : 'failed, disabled';
}

/** The endpoints of the record, in the order of its columns. */
export function columnsOf(rows: readonly RecordRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
}
