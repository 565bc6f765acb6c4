import { deliveries } from './deliveries.js';
import type { DeliveryStoreCase } from './delivery-store-case.js';
import { endpoints } from './endpoints.js';
import { fencing } from './fencing.js';
import { intake } from './intake.js';
import { intakeRaces } from './intake-races.js';
import { laneRaces } from './lane-races.js';
import { lanes } from './lanes.js';
import { ordering } from './ordering.js';
import { outlook } from './outlook.js';
import { recordRaces } from './record-races.js';
import { requeue } from './requeue.js';
import { retention } from './retention.js';
import { routing } from './routing.js';
import { settling } from './settling.js';
import { statistics } from './statistics.js';
import { subscribers } from './subscribers.js';

/**
 * What every `DeliveryStore` must do, one case for each promise. Every case needs an open and empty store of its
 * own, because what is due, unrouted, counted and pruned is so for the whole store; a database can hold one schema
 * for each. Time moves through `advance` alone, 10 s at most in one case, but for the cases that leap.
 *
 * @example
 * for (const { name, run } of deliveryStoreContract) {
 *   test(name, async () => {
 *     const clock = fakeClock();
 *     const store = memoryStore({ now: clock.now });
 *     await store.open();
 *     await run({ store, advance: clock.advance });
 *     await store.close();
 *   });
 * }
 */
export const deliveryStoreContract: readonly DeliveryStoreCase[] = [
  ...intake,
  ...routing,
  ...subscribers,
  ...lanes,
  ...settling,
  ...fencing,
  ...ordering,
  ...outlook,
  ...requeue,
  ...endpoints,
  ...deliveries,
  ...statistics,
  ...retention,
  ...intakeRaces,
  ...laneRaces,
  ...recordRaces,
];
