import { type Claim, createReceiver, type ReplayStore } from '@countersign/core';
import { sqliteReplayStore } from '@countersign/core/sqlite';
import { type PostgresReplayStore, postgresReplayStore } from '@countersign/postgres/receiving';
import { type RedisClient, redisReplayStore } from '@countersign/redis';
import { Cluster, Redis } from 'ioredis';
import { Client, Pool } from 'pg';
import { createClient, createClientPool, createCluster } from 'redis';
import { holds, type Same } from './expect-type.js';

const secrets = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
const replay: PostgresReplayStore = postgresReplayStore({ client: new Pool(), schema: 'a', prepare: false });

// ------------------------------------------------ every store is a replay store
const stores: readonly ReplayStore[] = [
  replay,
  redisReplayStore({ client: new Redis(), prefix: 'a:' }),
  sqliteReplayStore({ path: 'a.db', now: Date.now }),
];
for (const store of stores) createReceiver({ secrets, replay: store });

// ------------------------------------------------ the two ways to commit
createReceiver({ secrets, replay }).on('*', async (_event, { claim, signal }) => {
  const transaction = new Client();
  const committed = await replay.commit(claim, { transaction });
  holds<[Same<typeof claim, Claim | undefined>, Same<typeof committed, void>]>();
  await replay.commit(claim, { transaction, ttlMs: 1000, guardMs: undefined });
  if (claim === undefined) return;
  const isCommitted = await replay.commit(claim, { ttlMs: 1, guardMs: 1, signal });
  holds<[Same<typeof isCommitted, boolean>]>();
  // @ts-expect-error neither a transaction nor the receiver's horizons
  await replay.commit(claim, { ttlMs: 1 });
  // @ts-expect-error what an adapter is for
  await replay.commit(claim, { transaction: { execute: () => {} } });
  // @ts-expect-error nothing to commit in
  await replay.commit(claim, {});
});
// @ts-expect-error only the handler's own transaction may come without a claim
replay.commit(undefined, { ttlMs: 1, guardMs: 1, signal: new AbortController().signal });
// @ts-expect-error Redis has no transaction of the handler's
void redisReplayStore({ client: new Redis() }).commit({ key: '', token: '' }, { transaction: new Client() });

// ------------------------------------------------ clients as their libraries type them
const clients: readonly RedisClient[] = [
  new Redis(),
  new Cluster([]),
  createClient(),
  createClientPool(),
  createCluster({ rootNodes: [] }),
];
holds<[Same<(typeof clients)[number], RedisClient>]>();
// @ts-expect-error a client of another library
redisReplayStore({ client: new Pool() });
// @ts-expect-error one that takes no scripts
redisReplayStore({ client: { get: async () => null } });
