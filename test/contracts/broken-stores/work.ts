import type { Lane, LaneState } from '@countersign/sender';
import { type BrokenStore, withParts } from './broken-store.js';

const WEEK_MS = 7 * 24 * 3_600_000;

export const brokenWork: readonly BrokenStore[] = [
  {
    fault: 'settles whatever token is shown',
    noticedBy: ['a lost token settles nothing, and is told so'],
    breakIt: (store) => {
      const tokens = new Map<string, string>();
      return withParts(store, {
        work: {
          async takeLanes(options) {
            const lanes = await store.work.takeLanes(options);
            for (const { endpoint, token } of lanes) tokens.set(endpoint.id, token);
            return lanes;
          },
          settle: (lane, report) =>
            store.work.settle({ ...lane, token: tokens.get(lane.endpoint.id) ?? lane.token }, report),
        },
      });
    },
  },
  {
    fault: 'looks for lanes, and takes them a moment later',
    noticedBy: ['of takers at once, no two are given one lane, and every lane is given'],
    breakIt: (store) => {
      const given = new Map<string, Lane>();
      return withParts(store, {
        work: {
          async takeLanes(options) {
            const { due } = await store.work.outlook(options);
            const lanes = await store.work.takeLanes(options);
            for (const lane of lanes) given.set(lane.endpoint.id, lane);
            return due.flatMap(({ id }) => given.get(id) ?? []);
          },
        },
      });
    },
  },
  {
    fault: 'never ends a lease',
    noticedBy: ['a lane is nobody else’s until its lease ends; then it has another token'],
    breakIt: (store) =>
      withParts(store, {
        work: { takeLanes: (options) => store.work.takeLanes({ ...options, leaseMs: WEEK_MS }) },
      }),
  },
  {
    fault: 'holds on to lanes',
    noticedBy: ['a lane that is let go of is anybody’s at once, where something is due'],
    breakIt: (store) =>
      withParts(store, {
        work: { settle: (lane, report) => store.work.settle(lane, { ...report, release: false }) },
      }),
  },
  {
    fault: 'gives the state as it was written, not as old as it is',
    noticedBy: ['the state goes to the next owner, as old as it has become'],
    breakIt: (store) => {
      const states = new Map<string, LaneState>();
      return withParts(store, {
        work: {
          async takeLanes(options) {
            const lanes = await store.work.takeLanes(options);
            return lanes.map((lane) => ({ ...lane, state: states.get(lane.endpoint.id) ?? lane.state }));
          },
          settle(lane, report) {
            states.set(lane.endpoint.id, report.state);
            return store.work.settle(lane, report);
          },
        },
      });
    },
  },
  {
    fault: 'writes an attempt again under the next number',
    noticedBy: ['a report made again after a lost answer writes no attempt twice'],
    breakIt: (store) =>
      withParts(store, {
        work: {
          async settle(lane, report) {
            const settlements = [];
            for (const settlement of report.settlements) {
              const record = await store.records.delivery('*', settlement.deliveryId);
              const attempt = { ...settlement.attempt, number: (record?.attempts ?? 0) + 1 };
              settlements.push({ ...settlement, attempt });
            }
            return store.work.settle(lane, { ...report, settlements });
          },
        },
      }),
  },
  {
    fault: 'cuts texts at U+0000',
    noticedBy: ['attempts are in the record, the oldest first, as they were reported'],
    breakIt: (store) =>
      withParts(store, {
        work: {
          settle: (lane, report) =>
            store.work.settle(lane, {
              ...report,
              settlements: report.settlements.map((settlement) => ({
                ...settlement,
                attempt: {
                  ...settlement.attempt,
                  responseBody: settlement.attempt.responseBody?.split('\u0000')[0],
                },
              })),
            }),
        },
      }),
  },
  {
    fault: 'skips what may be in flight',
    noticedBy: ['nothing is skipped while somebody holds the lane'],
    breakIt: (store) => {
      const given = new Map<string, Lane>();
      return withParts(store, {
        work: {
          async takeLanes(options) {
            const lanes = await store.work.takeLanes(options);
            for (const lane of lanes) given.set(lane.endpoint.id, lane);
            return lanes;
          },
          async skip(options) {
            const nothing = { settlements: [], tallies: [], release: true };
            for (const lane of given.values())
              await store.work.settle(lane, { ...nothing, state: lane.state });
            return store.work.skip(options);
          },
        },
      });
    },
  },
  {
    fault: 'sees nothing that lies ahead',
    noticedBy: ['a delayed delivery is the next thing', 'the end of parking is the next thing'],
    breakIt: (store) =>
      withParts(store, {
        work: {
          outlook: async (options) => ({ ...(await store.work.outlook(options)), nextInMs: undefined }),
        },
      }),
  },
];
