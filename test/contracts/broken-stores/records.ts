import { type BrokenStore, withParts } from './broken-store.js';

export const brokenRecords: readonly BrokenStore[] = [
  {
    fault: 'shows deliveries to every tenant',
    noticedBy: ['a delivery, its event and its attempts are seen by its tenant and by operators'],
    breakIt: (store) =>
      withParts(store, { records: { delivery: (_scope, id) => store.records.delivery('*', id) } }),
  },
  {
    fault: 'replaces whatever revision is there',
    noticedBy: ['an endpoint is replaced only by who knows its revision'],
    breakIt: (store) =>
      withParts(store, {
        records: {
          async replaceEndpoint(expectedRevision, draft) {
            const record = await store.records.endpoint('*', draft.id);
            return store.records.replaceEndpoint(record?.revision ?? expectedRevision, draft);
          },
        },
      }),
  },
  {
    fault: 'compares a revision, and writes a moment later',
    noticedBy: ['of 20 who change one revision at once, one does'],
    breakIt: (store) => {
      let last: Promise<unknown> = Promise.resolve();
      return withParts(store, {
        records: {
          async replaceEndpoint(expectedRevision, draft) {
            const seen = await store.records.endpoint('*', draft.id);
            if (seen?.revision !== expectedRevision) return undefined;
            const write = last.then(async () => {
              const current = await store.records.endpoint('*', draft.id);
              return store.records.replaceEndpoint(current?.revision ?? 0, draft);
            });
            last = write;
            return write;
          },
        },
      });
    },
  },
  {
    fault: 'counts its pages from the newest',
    noticedBy: ['deliveries come in pages, each once, while new ones arrive and old ones change'],
    breakIt: (store) =>
      withParts(store, {
        records: {
          async deliveries(scope, query) {
            const from = Number(query.cursor ?? 0);
            const { data } = await store.records.deliveries(scope, {
              ...query,
              cursor: undefined,
              limit: 1_000,
            });
            const to = from + query.limit;
            return { data: data.slice(from, to), nextCursor: to < data.length ? String(to) : undefined };
          },
        },
      }),
  },
  {
    fault: 'takes any cursor',
    noticedBy: ['a cursor that is none of the endpoints’ is refused'],
    breakIt: (store) =>
      withParts(store, {
        records: {
          endpoints: (scope, query) =>
            store.records
              .endpoints(scope, query)
              .catch(() => store.records.endpoints(scope, { limit: query.limit })),
        },
      }),
  },
  {
    fault: 'requeues what was delivered',
    noticedBy: ['what was delivered is never requeued'],
    breakIt: (store) => {
      // Keeps what was delivered as failed, and shows it as delivered.
      const isDelivered = new Set<string>();
      return withParts(store, {
        work: {
          settle: (lane, report) =>
            store.work.settle(lane, {
              ...report,
              settlements: report.settlements.map((settlement) => {
                if (settlement.next.status !== 'delivered') return settlement;
                isDelivered.add(settlement.deliveryId);
                return { ...settlement, next: { status: 'failed' } };
              }),
            }),
        },
        records: {
          async delivery(scope, id) {
            const record = await store.records.delivery(scope, id);
            if (record?.status !== 'failed' || !isDelivered.has(id)) return record;
            return { ...record, status: 'delivered' };
          },
        },
      });
    },
  },
  {
    fault: 'lets secrets sign for ever',
    noticedBy: ['a secret’s time runs by the store’s clock, and what has run out is left out'],
    breakIt: (store) =>
      withParts(store, {
        records: {
          createEndpoint: (draft) =>
            store.records.createEndpoint({
              ...draft,
              secrets: draft.secrets.map(({ id, value }) => ({ id, value })),
            }),
        },
      }),
  },
  {
    fault: 'forgets what is young',
    noticedBy: ['what is young enough is kept'],
    breakIt: (store) =>
      withParts(store, {
        records: { prune: (options) => store.records.prune({ ...options, olderThanMs: 0 }) },
      }),
  },
  {
    fault: 'gives a deleted endpoint’s id, and its deliveries, to somebody else',
    noticedBy: ['an id is taken once, whoever asks, and while deliveries of a deleted endpoint have it'],
    breakIt: (store) => {
      const deleted = new Set<string>();
      return withParts(store, {
        records: {
          deleteEndpoint(scope, id) {
            deleted.add(id);
            return store.records.deleteEndpoint(scope, id);
          },
          createEndpoint: (draft) =>
            store.records.createEndpoint(
              deleted.has(draft.id) ? { ...draft, id: `${draft.id}_again` } : draft,
            ),
        },
      });
    },
  },
];
