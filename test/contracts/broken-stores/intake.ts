import type { AppendResult, StoredEvent } from '@countersign/sender';
import { type BrokenStore, withParts } from './broken-store.js';

export const brokenIntake: readonly BrokenStore[] = [
  {
    fault: 'appends one event after the other',
    noticedBy: ['an id with other content is a conflict, and nothing is stored'],
    breakIt: (store) =>
      withParts(store, {
        events: {
          async append(events): Promise<AppendResult> {
            const isNew: boolean[] = [];
            for (const event of events) {
              const result = await store.events.append([event]);
              if (result.outcome === 'conflict') return result;
              isNew.push(...result.isNew);
            }
            return { outcome: 'appended', isNew };
          },
        },
      }),
  },
  {
    fault: 'looks whether an event is there, and writes it a moment later',
    noticedBy: ['100 producers of one event at once: it is new to one of them'],
    breakIt: (store) => {
      const known = new Set<string>();
      return withParts(store, {
        events: {
          async append(events) {
            const isNew = events.map(({ id }) => !known.has(id));
            await Promise.resolve();
            for (const { id } of events) known.add(id);
            const result = await store.events.append(events);
            return result.outcome === 'appended' ? { ...result, isNew } : result;
          },
        },
      });
    },
  },
  {
    fault: 'reads an event after the call',
    noticedBy: ['what the producer changes later changes nothing'],
    breakIt: (store) =>
      withParts(store, {
        events: {
          async append(events) {
            await Promise.resolve();
            return store.events.append(events);
          },
        },
      }),
  },
  {
    fault: 'keeps events as JSON that is written anew',
    noticedBy: ['data comes back byte for byte'],
    breakIt: (store) =>
      withParts(store, {
        events: {
          append: (events) =>
            store.events.append(
              events.map((event) => ({ ...event, data: JSON.stringify(JSON.parse(event.data)) })),
            ),
        },
      }),
  },
  {
    fault: 'leases no events',
    noticedBy: ['an unrouted event is nobody else’s until the lease ends'],
    breakIt: (store) =>
      withParts(store, {
        events: { takeUnrouted: (options) => store.events.takeUnrouted({ ...options, leaseMs: 0 }) },
      }),
  },
  {
    fault: 'delivers again what is routed again',
    noticedBy: [
      'a repeat changes nothing, also with other ids',
      'a repeat does not bring back what was delivered',
    ],
    breakIt: (store) => {
      const routed = new Set<string>();
      const copyOf = async (event: StoredEvent): Promise<StoredEvent> => {
        await store.events.append([{ ...event, id: `${event.id}_${routed.size}` }]);
        const [copy] = await store.events.takeUnrouted({ limit: 1, leaseMs: 1_000 });
        return copy ?? event;
      };
      return withParts(store, {
        events: {
          async route(routings) {
            for (const { event, ...routing } of routings) {
              const name = routed.has(event.key) ? await copyOf(event) : event;
              await store.events.route([{ ...routing, event: name }]);
              routed.add(event.key);
            }
          },
        },
      });
    },
  },
  {
    fault: 'takes no tenant for every tenant',
    noticedBy: ['subscribers are of one tenant: none is no wildcard, nor is *'],
    breakIt: (store) =>
      withParts(store, {
        events: {
          async subscribers(query) {
            if (query.tenant !== '') return store.events.subscribers(query);
            const { data, nextCursor } = await store.records.endpoints('*', query);
            return { data: data.map(({ id, status }) => ({ endpointId: id, status })), nextCursor };
          },
        },
      }),
  },
  {
    fault: 'knows no ordering keys',
    noticedBy: [
      'of one key at one endpoint, only the oldest pending delivery is due',
      'while the oldest of a key waits for its retry, the others wait with it',
      'an event waits while an older one of its key is in somebody’s hands: they are routed in their order',
    ],
    breakIt: (store) =>
      withParts(store, {
        events: {
          append: (events) => store.events.append(events.map(({ orderingKey: _key, ...event }) => event)),
        },
      }),
  },
];
