import type { FailedDelivery, Inbox, InboxSettlement, Now, StoredDelivery } from '@countersign/core';

interface Entry {
  readonly id: number;
  readonly delivery: StoredDelivery;
  readonly receivedAtMs: number;
  readonly knownUntilMs: number;
  status: 'pending' | 'done' | 'failed';
  dueMs: number;
  attempts: number;
  lease: number;
  isHeld: boolean;
  error: string;
  settledAtMs: number;
}

/** An inbox that forgets with its process: for tests alone, whose clock is fake. */
export function memoryInbox(now: Now): Inbox {
  const entries: Entry[] = [];
  const owned = (token: string): Entry | undefined =>
    entries.find(({ id, lease }) => `${id}.${lease}` === token);
  return {
    async put(delivery, { rememberMs }) {
      const nowMs = now();
      if (entries.some((entry) => entry.delivery.key === delivery.key && entry.knownUntilMs > nowMs))
        return 'known';
      entries.push({
        id: entries.length + 1,
        delivery: structuredClone(delivery),
        receivedAtMs: nowMs,
        knownUntilMs: nowMs + rememberMs,
        status: 'pending',
        dueMs: nowMs,
        attempts: 0,
        lease: 0,
        isHeld: false,
        error: '',
        settledAtMs: 0,
      });
      return 'stored';
    },
    async take({ receiver, limit, leaseMs }) {
      const due = entries
        .filter((entry) => entry.status === 'pending' && entry.dueMs <= now())
        .filter(({ delivery }) => delivery.receiver === receiver)
        .sort((a, b) => a.dueMs - b.dueMs)
        .slice(0, limit);
      return due.map((entry) => {
        const isInterrupted = entry.isHeld;
        const { delivery } = entry;
        Object.assign(entry, { isHeld: true, dueMs: now() + leaseMs });
        entry.lease += 1;
        entry.attempts += 1;
        const claim = { key: delivery.key, token: `${entry.id}.${entry.lease}` };
        return { claim, delivery: structuredClone(delivery), attempt: entry.attempts, isInterrupted };
      });
    },
    async renew(claims, { leaseMs }) {
      return claims.filter(({ token }) => {
        const entry = owned(token);
        if (entry?.isHeld === true) entry.dueMs = now() + leaseMs;
        return entry !== undefined;
      });
    },
    async settle({ token }, settlement) {
      const entry = owned(token);
      if (entry?.isHeld === true) write(entry, settlement, now());
      return entry !== undefined;
    },
    async failed({ receiver, limit = 100, cursor } = {}) {
      const failed = entries
        .filter(({ status }) => status === 'failed')
        .filter(({ delivery }) => receiver === undefined || delivery.receiver === receiver)
        .filter(({ id }) => cursor === undefined || id < Number(cursor))
        .reverse();
      const data = failed.slice(0, limit).map(shown);
      return { data, nextCursor: failed.length > limit ? data.at(-1)?.id : undefined };
    },
    async requeue(ids) {
      const failed = entries.filter(({ id, status }) => status === 'failed' && ids.includes(String(id)));
      for (const entry of failed) Object.assign(entry, { status: 'pending', dueMs: now(), attempts: 0 });
      return failed.length;
    },
    async prune({ receiver, doneMs, failedMs, limit }) {
      const nowMs = now();
      const old = entries.filter(({ status, delivery, knownUntilMs, settledAtMs }) => {
        const keptMs = status === 'done' ? doneMs : failedMs;
        if (status === 'pending' || keptMs === undefined || delivery.receiver !== receiver) return false;
        return knownUntilMs <= nowMs && settledAtMs + keptMs <= nowMs;
      });
      const pruned = old.slice(0, limit);
      for (const entry of pruned) Object.assign(entry, { status: 'done', knownUntilMs: Number.NaN });
      return pruned.length;
    },
  };
}

function write(entry: Entry, settlement: InboxSettlement, nowMs: number): void {
  entry.isHeld = false;
  if (settlement.kind === 'returned') entry.attempts -= 1;
  else if (settlement.kind !== 'retry') entry.status = settlement.kind;
  if ('error' in settlement) entry.error = settlement.error;
  entry.dueMs = nowMs + (settlement.kind === 'retry' ? settlement.delayMs : 0);
  entry.settledAtMs = nowMs;
}

function shown({ id, delivery, attempts, error, receivedAtMs, settledAtMs }: Entry): FailedDelivery {
  const { receiver, tenant, deliveryId, eventId, type } = delivery;
  return {
    id: String(id),
    receiver,
    tenant,
    deliveryId,
    eventId,
    type,
    attempts,
    error,
    receivedAt: new Date(receivedAtMs),
    failedAt: new Date(settledAtMs),
  };
}
